extension Duration {
  /// Reads a whole number with its unit: `500ms`, `30s`, `5m`, `24h` or `7d`. Nil for anything else, so `1.5h`, `24` and
  /// `1h30m` are refused.
  package init?(quantity text: some StringProtocol) {
    for (unit, milliseconds) in Self.units where text.hasSuffix(unit) {
      guard let count = Int64(wholeNumber: text.dropLast(unit.count)) else { continue }
      let (total, overflow) = count.multipliedReportingOverflow(by: milliseconds)
      guard !overflow else { return nil }
      self = .milliseconds(total)
      return
    }
    return nil
  }

  /// The units with their milliseconds, from small to large, so that "5m" is tried as milliseconds ("ms") before minutes.
  package static let units: [(name: String, milliseconds: Int64)] = [
    ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
  ]
}

extension Int64 {
  /// Reads decimal digits; nil for a sign, a leading zero, an underscore or anything else that YAML would take for some
  /// other number.
  package init?(wholeNumber text: some StringProtocol) {
    let utf8 = text.utf8
    guard !utf8.isEmpty, utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    guard utf8.count == 1 || utf8.first != UInt8(ascii: "0") else { return nil }
    self.init(text)
  }
}
