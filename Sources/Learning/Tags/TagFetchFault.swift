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
  /// The connection failed, or the one through a proxy.
  case connection(ConnectionFault, TagURL, through: FetchProxy? = nil)
  /// A proxy doesn't open a connection there.
  case proxyRefused(FetchProxy, TagURL)
  /// A proxy wants to know who asks, and doesn't know the one it was told.
  case proxyLogin(FetchProxy)
  /// `https_proxy` can't be used, and why; its value may hold a password.
  case proxySetting(String)
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
    case .connection(let fault, let url, let proxy):
      "\(url)\(proxy.map { " through the proxy \($0)" } ?? ""): \(Self.sentence(fault))"
    case .proxyRefused(let proxy, let url):
      "the proxy \(proxy) doesn't let through to \(url.host). Try: allow that host there, or name it in no_proxy"
    case .proxyLogin(let proxy):
      "the proxy \(proxy) asks who you are. Try: https_proxy=http://USER:PASSWORD@\(proxy.host):\(proxy.port)"
    case .proxySetting(let reason):
      "https_proxy can't be used: \(reason). Try: https_proxy=http://proxy.example:3128"
    case .file(let path, let detail): "\(path): \(detail). Try: check the path and who may read it"
    }
  }

  private static func sentence(_ fault: ConnectionFault) -> String {
    let other = "import a file that was fetched by other means"
    switch fault {
    case .certificateUntrusted:
      return
        "its certificate can't be verified: nobody who is trusted has signed it, or it has expired. Try: --ca, or 'roots' under serviceTags, with the authority of your mirror or of the proxy that opens TLS"
    case .certificateName: return "\(fault.description). Try: the name that its certificate has, or \(other)"
    case .timeout: return "\(fault.description). Try: a longer --deadline, or \(other)"
    case .torn: return "\(fault.description). Try: again later, or \(other)"
    case .unresolved:
      return "its name has no address here. Try: https_proxy, where a proxy resolves names, or \(other)"
    case .unreachable:
      return
        "no connection to it. Try: whether the firewall lets this machine out to it, https_proxy, or \(other)"
    case .trustRoots: return fault.description
    default: return "\(fault.description). Try: look what the URL gives, or \(other)"
    }
  }
}
