package import DNS
package import Deciding

/// Why octets are no file of service tags.
package enum TagFileError: Error, Hashable, Sendable, CustomStringConvertible {
  /// It begins as a page of HTML does.
  case page
  /// It isn't JSON, or a member isn't what it must be: where, and what is wrong there.
  case malformed(place: String, detail: String)
  /// `cloud` is none that is known.
  case unknownCloud(String)
  /// A tag's name can't be one.
  case tagName(String)
  /// A tag is there twice.
  case twice(TagName)
  /// Not an address with a length.
  case prefix(String, tag: TagName)
  /// The address has bits beyond the length.
  case hostBits(String, tag: TagName)
  /// So short a length that no cloud owns all of it.
  case tooWide(IPPrefix, tag: TagName)
  /// There is no tag, or no prefix at all.
  case empty
  /// More octets, tags or prefixes than are read.
  case tooMuch(what: String, most: Int)

  package var description: String {
    switch self {
    case .page:
      "it is a web page. Try: the file that the page offers, ServiceTags_Public_….json"
    case .malformed(let place, let detail):
      "\(place.isEmpty ? "it" : place) can't be read: \(detail). Try: download the file again, whole"
    case .unknownCloud(let word):
      "its cloud is '\(word.prefix(40))'. Try: a file of one of \(Cloud.allCases.map(\.fileWord).joined(separator: ", "))"
    case .tagName(let text): "'\(text.prefix(40))' can't be the name of a tag. Try: download the file again"
    case .twice(let tag): "the tag \(tag) is there twice. Try: download the file again"
    case .prefix(let text, let tag):
      "'\(text.prefix(60))' of \(tag) is no prefix. Try: download the file again"
    case .hostBits(let text, let tag):
      "\(text) of \(tag) has bits beyond its length, so nobody can say what is meant. Try: download the file again"
    case .tooWide(let prefix, let tag):
      "\(prefix) of \(tag) is wider than any cloud's. Try: look who gave you this file"
    case .empty: "it has no prefix. Try: download the file again"
    case .tooMuch(let what, let most):
      "it has more than \(most) \(what). Try: look whether it is Microsoft's file of service tags, of about 4 MB"
    }
  }
}
