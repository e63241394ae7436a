/// Why a file of service tags could not be had.
package enum TagFetchFault: Error, Hashable, Sendable, CustomStringConvertible {
  /// Not a URL that may be asked.
  case url(String)
  /// Not 200 and no redirect.
  case status(Int, TagURL)
  /// More redirects than are followed.
  case tooManyRedirects
  /// More octets than are read.
  case tooLarge(most: Int)
  /// The page offers no file.
  case noLink(TagURL)
  /// The connection failed.
  case connection(ConnectionFault, TagURL)
  /// A file can't be read: its path, and the system's word.
  case file(String, detail: String)

  package var description: String {
    switch self {
    case .url(let text):
      "'\(text.prefix(100))' may not be fetched. Try: an https URL without a password, or http of this machine"
    case .status(let status, let url):
      "\(url) answered \(status). Try: the page \(TagURL.publicPage), since the file's own URL changes every week"
    case .tooManyRedirects: "the URL leads from one to the next. Try: a browser, and the file it gets"
    case .tooLarge(let most): "what came is more than \(most) octets. Try: look what the URL gives"
    case .noLink(let url):
      "the page \(url) offers no ServiceTags_….json. Try: a browser, and the file it gets"
    case .connection(let fault, let url): "\(url): \(fault.description)"
    case .file(let path, let detail): "\(path): \(detail). Try: check the path and who may read it"
    }
  }
}
