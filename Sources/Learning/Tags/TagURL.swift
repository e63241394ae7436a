import DNS

/// Where a file of service tags, or the page that offers it, is fetched: https, or http of this machine alone.
package struct TagURL: Hashable, Sendable, CustomStringConvertible {
  /// In lower case, as it was written otherwise.
  package let host: String
  /// As it was given, with its scheme and host in lower case and without a fragment.
  package let description: String
  /// `https://host:port`, to which a path is put.
  private let root: String

  /// The page on which Microsoft offers the public cloud's file. The file's own URL changes every week.
  package static let publicPage = "https://www.microsoft.com/en-us/download/details.aspx?id=56519"
  /// The same for the cloud in China.
  package static let chinaPage = "https://www.microsoft.com/en-us/download/details.aspx?id=57062"

  /// - Throws: `TagFetchFault.url` for what is no URL, has user information, or isn't protected on its way.
  package init(_ text: String) throws(TagFetchFault) {
    let isPlain = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "\\") }
    guard isPlain, text.utf8.count <= 2048, let mark = text.firstRange(of: "://") else { throw .url(text) }
    let scheme = text[..<mark.lowerBound].lowercased()
    let rest = text[mark.upperBound...].prefix { $0 != "#" }
    let authority = rest.prefix { $0 != "/" && $0 != "?" }.lowercased()
    guard !authority.contains("@"), let host = Self.host(of: authority) else { throw .url(text) }
    guard scheme == "https" || (scheme == "http" && Self.isLoopback(host)) else { throw .url(text) }
    self.host = host
    root = "\(scheme)://\(authority)"
    let path = rest.dropFirst(authority.count)
    description = root + (path.hasPrefix("/") ? "" : "/") + path
  }

  /// Whether it is fetched over TLS.
  var isProtected: Bool { root.hasPrefix("https:") }

  /// Where a redirect leads.
  ///
  /// - Throws: `TagFetchFault.url` also for what leaves https.
  func following(_ location: String) throws(TagFetchFault) -> TagURL {
    let isPath = location.hasPrefix("/") && !location.hasPrefix("//")
    let next = try TagURL(isPath ? root + location : location)
    guard next.isProtected || !isProtected else { throw .url(location) }
    return next
  }

  private static func host(of authority: String) -> String? {
    if authority.hasPrefix("[") {
      guard let end = authority.firstIndex(of: "]"), IPAddress(authority[..<end].dropFirst()) != nil,
        isPort(authority[authority.index(after: end)...])
      else { return nil }
      return String(authority[..<end].dropFirst())
    }
    let host = authority.prefix { $0 != ":" }
    guard let name = try? DomainName(host), name.isHostname, isPort(authority.dropFirst(host.count)) else {
      return nil
    }
    return String(host)
  }

  private static func isPort(_ text: Substring) -> Bool {
    text.isEmpty || (text.first == ":" && HostText.port(text.dropFirst()) != nil)
  }

  private static func isLoopback(_ host: String) -> Bool {
    guard let address = IPAddress(host) else { return host == "localhost" }
    return IPPrefix("127.0.0.0/8")?.contains(address) == true || address == IPAddress("::1")
  }
}
