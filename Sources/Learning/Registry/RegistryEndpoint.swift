package import DNS

/// Where a registry answers: a host and a port, always with TLS.
package struct RegistryEndpoint: Sendable, Hashable, CustomStringConvertible {
  /// The name that its certificate must have.
  package let host: DomainName
  /// 1 to 65535.
  package let port: Int

  /// The port of https.
  package static let standardPort = 443

  /// Microsoft Artifact Registry.
  package static let mcr = RegistryEndpoint(host: DomainName(canonical: "mcr.microsoft.com"))

  package init(host: DomainName, port: Int = standardPort) {
    self.host = host
    self.port = port
  }

  /// Reads `mcr.microsoft.com`, `registry.example.com:5000`, or the same behind `https://`.
  ///
  /// - Throws: `RegistryNameError` when it is something else. An address is refused too: what is learned has a name.
  package init(_ text: String) throws(RegistryNameError) {
    var rest = Substring(text)
    if rest.hasPrefix("https://") { rest.removeFirst("https://".count) }
    if rest.hasSuffix("/") { rest.removeLast() }
    let parts = rest.split(separator: ":", omittingEmptySubsequences: false)
    guard let first = parts.first, parts.count <= 2, let host = try? DomainName(first), host.isHostname,
      !HostText.isAddress(host)
    else { throw .registry(text) }
    self.host = host
    guard parts.count == 2 else {
      port = Self.standardPort
      return
    }
    guard let port = HostText.port(parts[1]) else { throw .registry(text) }
    self.port = port
  }

  /// `mcr.microsoft.com`, with the port only when it isn't that of https.
  package var description: String { port == Self.standardPort ? host.text : "\(host):\(port)" }
}

/// Why a text names no registry, repository or tag.
package enum RegistryNameError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Not a host with an optional port.
  case registry(String)
  /// Not the name of a repository.
  case repository(String)
  /// Not a tag.
  case tag(String)

  package var description: String {
    switch self {
    case .registry(let text):
      "'\(text)' is no registry. Try: a host with an optional port, such as mcr.microsoft.com or registry.example.com:5000"
    case .repository(let text):
      "'\(text)' is no repository. Try: lower-case path components, such as oss/kubernetes/pause"
    case .tag(let text): "'\(text)' is no tag. Try: up to 128 of A-Z a-z 0-9 . _ -, such as 3.10"
    }
  }
}
