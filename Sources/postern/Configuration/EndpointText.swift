import DNS
import Deciding

/// How addresses with ports are written: `10.0.0.53`, `10.0.0.53:53`, `2001:db8::53`, `[2001:db8::53]:53`.
enum EndpointText {
  /// Reads an address with or without a port.
  static func address(_ text: String) -> (address: IPAddress, port: Int?)? {
    if let address = IPAddress(text) { return (address, nil) }
    guard let (host, port) = split(text), let address = IPAddress(host),
      text.hasPrefix("[") == (address.family == .ipv6)
    else { return nil }
    return (address, port)
  }

  /// Reads a host and its port; the host is an address, or a hostname such as `localhost`. IPv6 stands in brackets.
  static func host(_ text: String) -> (host: String, port: Int)? {
    guard let (host, port) = split(text) else { return nil }
    if let address = IPAddress(host) {
      return text.hasPrefix("[") == (address.family == .ipv6) ? (address.description, port) : nil
    }
    guard !text.hasPrefix("["), let name = try? DomainName(host), name.isHostname,
      // A hostname can't end in a number: `127.0.0.01` and `1.2.3` are slips in an address.
      let last = name.labels.last, !last.utf8.allSatisfy({ (0x30...0x39).contains($0) })
    else { return nil }
    return (name.text, port)
  }

  /// Writes an address with its port.
  static func text(_ address: IPAddress, port: Int) -> String { text(host: address.description, port: port) }

  /// Writes a host with its port, IPv6 in brackets.
  static func text(host: String, port: Int) -> String {
    host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
  }

  private static func split(_ text: String) -> (host: Substring, port: Int)? {
    guard let colon = text.lastIndex(of: ":"),
      let port = Int64(wholeNumber: text[text.index(after: colon)...]), port <= 65_535
    else { return nil }
    var host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
    return host.isEmpty ? nil : (host, Int(port))
  }
}
