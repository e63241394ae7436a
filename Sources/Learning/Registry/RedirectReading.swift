package import DNS

/// Where a `Location`, or the realm of a token, leads: only its host. Everything else of it is dropped at once, because
/// the query string of a data URL is a secret that lets anyone read.
package enum RedirectReading: Sendable, Hashable {
  /// Another host, at the port of https.
  case host(DomainName)
  /// The registry itself.
  case ownHost
  /// It leads nowhere that may be believed; `sample` is what can be shown of it: scheme, and host as far as it is one.
  case refused(RedirectFault, sample: String)

  /// The longest text that is read, in octets.
  package static let longest = 8192

  /// Reads the text of a field or parameter that holds a URL or a relative reference (RFC 3986 §4.1).
  package init(_ text: String, from registry: RegistryEndpoint) {
    // First of all the secret goes; nothing below sees it.
    let url = text.utf8.prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
    guard text.utf8.count <= Self.longest else {
      self = .refused(.tooLong, sample: "")
      return
    }
    // A backslash is a slash to browsers and an octet of the host to others.
    guard url.allSatisfy({ $0 > 0x20 && $0 != UInt8(ascii: "\\") && $0 != 0x7f }), !url.isEmpty else {
      self = .refused(.malformed, sample: "")
      return
    }
    let slash = url.firstIndex(of: UInt8(ascii: "/")) ?? url.endIndex
    guard let colon = url[..<slash].firstIndex(of: UInt8(ascii: ":")) else {
      self =
        url.starts(with: "//".utf8)
        ? Self.authority(url.dropFirst(2), scheme: "https", registry) : .ownHost
      return
    }
    let scheme = String(decoding: url[..<colon].prefix(16), as: UTF8.self).lowercased()
    let rest = url[url.index(after: colon)...]
    guard rest.starts(with: "//".utf8) else {
      self = .refused(scheme == "https" ? .malformed : .scheme, sample: Self.sample(scheme, ""))
      return
    }
    self = Self.authority(rest.dropFirst(2), scheme: scheme, registry)
  }

  private typealias Octets = Substring.UTF8View.SubSequence

  /// Reads `host:port` and what follows, which is ignored.
  private static func authority(_ rest: Octets, scheme: String, _ registry: RegistryEndpoint) -> Self {
    let authority = String(decoding: rest.prefix { $0 != UInt8(ascii: "/") }, as: UTF8.self)
    let place = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
    let sample = sample(scheme, place)
    guard scheme == "https" else { return .refused(.scheme, sample: sample) }
    guard place.utf8.count == authority.utf8.count else { return .refused(.userinfo, sample: sample) }
    guard place.utf8.first != UInt8(ascii: "[") else { return .refused(.address, sample: sample) }
    let parts = place.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    var port = RegistryEndpoint.standardPort
    if parts.count == 2, !parts[1].isEmpty {
      guard let given = HostText.port(parts[1]) else { return .refused(.malformed, sample: sample) }
      port = given
    }
    guard let host = host(parts.first ?? "") else { return .refused(.host, sample: sample) }
    guard !HostText.isAddress(host) else { return .refused(.address, sample: sample) }
    if host == registry.host && port == registry.port { return .ownHost }
    // What a set holds is opened for https; and a name of one label is none of the public DNS.
    guard port == RegistryEndpoint.standardPort else { return .refused(.port, sample: sample) }
    guard host.labels.count > 1 else { return .refused(.host, sample: sample) }
    return .host(host)
  }

  /// Letters, digits, hyphens and dots only: percent-encoding and Unicode would be a second spelling of a name.
  private static func host(_ text: Substring) -> DomainName? {
    var octets = Array(text.utf8)
    if octets.last == UInt8(ascii: ".") { octets.removeLast() }
    return octets.withUnsafeBufferPointer { WatchedNames.hostname($0).name }
  }

  /// Shows a refused place, up to the first character that no hostname, address or port has: what a forger puts behind
  /// it may be a secret in a wrong place.
  private static func sample(_ scheme: String, _ place: some StringProtocol) -> String {
    func isShown(_ scalar: Unicode.Scalar) -> Bool {
      scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
        || "-.:[]".unicodeScalars.contains(scalar)
    }
    let shownScheme = scheme.unicodeScalars.prefix { isShown($0) && $0 != ":" }
    let shown = place.unicodeScalars.prefix(while: isShown).prefix(100)
    let isCut = shown.count < place.unicodeScalars.count
    return "\(String(String.UnicodeScalarView(shownScheme)))://"
      + "\(String(String.UnicodeScalarView(shown)))\(isCut ? "…" : "")"
  }
}

/// Why a URL can't be believed.
package enum RedirectFault: String, Sendable, Hashable, CaseIterable {
  /// Over 8 KiB.
  case tooLong
  /// Not a URL, or one with control characters, spaces or backslashes.
  case malformed
  /// Something other than `https`.
  case scheme
  /// A user name or password.
  case userinfo
  /// An IP address, in whatever spelling.
  case address
  /// Another port than that of https.
  case port
  /// A host that isn't letters, digits and inner hyphens in at least two labels, or is too long.
  case host
}
