import Deciding

/// How durations, percentages and factors are written in configurations: `500ms 30s 5m 24h 7d`, `50%`, `10x`.
enum QuantityText {
  /// Reads a whole number with its unit. Nil for anything else, so `1.5h`, `24` and `1h30m` are refused.
  static func duration(_ text: String) -> Duration? { Duration(quantity: text) }

  /// Writes a duration in the largest unit that needs no fraction.
  static func text(_ duration: Duration) -> String {
    let total = duration.milliseconds
    if total == 0 { return "0s" }
    for (unit, milliseconds) in Duration.units.reversed() where total % milliseconds == 0 {
      return "\(total / milliseconds)\(unit)"
    }
    return "\(total)ms"
  }

  /// Reads a size with its unit, a power of a thousand. Nil for anything else.
  static func octets(_ text: String) -> Int64? {
    for (unit, octets) in sizes where text.hasSuffix(unit) {
      guard let count = Int64(wholeNumber: text.dropLast(unit.count)) else { continue }
      let (total, overflow) = count.multipliedReportingOverflow(by: octets)
      return overflow ? nil : total
    }
    return nil
  }

  /// Writes a size in the largest unit that needs no fraction; one that no unit fits, as of a file, with a tenth.
  static func text(octets: Int64) -> String {
    if octets > 0, let (unit, size) = sizes.last(where: { octets % $0.1 == 0 }) {
      return "\(octets / size)\(unit)"
    }
    guard let (unit, size) = sizes.last(where: { octets >= $0.1 }) else { return "\(octets / 1000)kB" }
    return "\(octets / size).\(octets / (size / 10) % 10)\(unit)"
  }

  /// Reads `50%` or `12.5%` as a share; nil for anything else.
  static func percentage(_ text: String) -> Double? {
    guard text.hasSuffix("%"), let number = decimal(text.dropLast()) else { return nil }
    // 99.9 / 100 isn't the number nearest to 0.999, and would be shown as another percentage.
    return (number * 1e9).rounded() / 1e11
  }

  /// Writes a share as a percentage.
  static func text(percentage share: Double) -> String { plain((share * 1e11).rounded() / 1e9) + "%" }

  /// Reads `10x` or `1.5x`; nil for anything else.
  static func factor(_ text: String) -> Double? {
    guard text.hasSuffix("x") else { return nil }
    return decimal(text.dropLast())
  }

  /// Writes a factor.
  static func text(factor: Double) -> String { plain(factor) + "x" }

  private static let sizes: [(String, Int64)] = [
    ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000),
  ]

  private static func decimal(_ text: some StringProtocol) -> Double? {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard Int64(wholeNumber: parts[0]) != nil,
      parts.count == 1 || parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      parts.last?.isEmpty == false
    else { return nil }
    return Double(text)
  }

  private static func plain(_ number: Double) -> String {
    number == number.rounded() && abs(number) < 1e15 ? String(Int64(number)) : "\(number)"
  }
}
