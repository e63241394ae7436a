import DNS

/// Reads the parts of a URL's authority.
enum HostText {
  /// Whether clients take it for an IPv4 address: its last label is a number, also a hexadecimal one (WHATWG URL,
  /// "ends in a number checker"), such as in `127.1` and `0x7f000001`.
  static func isAddress(_ name: DomainName) -> Bool {
    guard let last = name.labels.last?.utf8 else { return false }
    if last.allSatisfy({ (0x30...0x39).contains($0) }) { return true }
    return last.starts(with: "0x".utf8)
      && last.dropFirst(2).allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }

  /// A port in decimal digits, 1 to 65535; nil for anything else.
  static func port(_ text: some StringProtocol) -> Int? {
    guard (1...5).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      let port = Int(text), (1...65535).contains(port)
    else { return nil }
    return port
  }
}
