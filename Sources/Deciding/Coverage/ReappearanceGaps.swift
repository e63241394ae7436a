/// How long addresses stayed away before they were given again: counts over spans of which four make a doubling, so
/// that any number of returns takes little room.
package struct ReappearanceGaps: Hashable, Sendable, Codable {
  /// Returns by span; the key is the span's number.
  private var counts: [Int: Int64] = [:]

  /// No return yet.
  package init() {}

  /// How many returns were counted.
  package var total: Int64 { counts.values.reduce(0, +) }

  /// Counts a return after `gap`; less than a second counts as a second, more than a century as a century.
  package mutating func note(_ gap: Duration) {
    let seconds = min(max(1, gap / .seconds(1)), 3_155_760_000)
    counts[Int(seconds.exponent) * 4 + Int((seconds.significand - 1) * 4), default: 0] += 1
  }

  /// Adds what others counted.
  package mutating func add(_ other: ReappearanceGaps) { counts.merge(other.counts, uniquingKeysWith: +) }

  /// The retention that would have held this share (0...1) of the returns, at most a quarter longer than needed; nil
  /// without a return.
  package func retention(holding share: Double) -> Duration? {
    let wanted = max(1, (Double(total) * share).rounded(.up))
    var sum: Int64 = 0
    for (step, count) in counts.sorted(by: { $0.key < $1.key }) {
      sum += count
      if Double(sum) >= wanted { return Self.span(step) }
    }
    return nil
  }

  /// How many returns came after more than `retention`, and by how much they were late all together.
  package func late(for retention: Duration) -> (returns: Int64, span: Duration) {
    counts.reduce(into: (returns: 0, span: Duration.zero)) { late, entry in
      let span = Self.span(entry.key)
      guard span > retention else { return }
      late.returns += entry.value
      late.span += (span - retention) * Double(entry.value)
    }
  }

  /// The end of a span.
  private static func span(_ step: Int) -> Duration {
    .milliseconds((Int64(5 + step % 4) << Int64(step / 4)) * 250)
  }
}
