package import DNS

extension Explanation {
  /// The most intervals and names that one explanation reads: an address of a large CDN may have thousands.
  package static let longest = 256

  /// Reads from the history all that explains an address, now or at a moment.
  ///
  /// - Throws: what the reader throws.
  package static func gather(
    _ address: IPAddress, at: Timestamp?, now: Timestamp, from history: any HistoryReader
  ) async throws -> Explanation {
    let window = at.map { $0...$0 } ?? Timestamp(milliseconds: 0)...now
    // Each is a reading of its own: an address of a large CDN shall not wait for one after the other.
    async let memberships = history.memberships(of: address)
    async let rejections = history.rejections(of: address, limit: longest)
    async let failing = at == nil ? history.failingQuestions() : []
    async let blind = blindSpan(around: at, in: history)
    async let horizon = history.horizon()
    async let exclusions = history.exclusions(of: address, at: at)
    let intervals = try await history.intervals(giving: IPPrefix(address), in: window, limit: longest)
    // Asked for the moment, or for when the address was last seen: of a name that moves fast, the newest aliases may all
    // be newer.
    let indirect = intervals.lazy.map(\.observation).filter { $0.key.owner != $0.key.name }
    let asked = Set(indirect.map { NameAtMoment($0.key.name, at: at ?? $0.lastSeen) })
    let aliases = try await history.aliases(
      of: asked.sorted { ($0.name, $1.moment) < ($1.name, $0.moment) })
    return try await Explanation(
      of: address, at: at, memberships: memberships, intervals: intervals, aliases: aliases,
      rejections: rejections, questions: failing, blind: blind, horizon: horizon, exclusions: exclusions)
  }

  private static func blindSpan(around moment: Timestamp?, in history: any HistoryReader) async throws
    -> BlindSpan?
  {
    guard let moment else { return nil }
    return try await history.blindSpans(in: moment...moment).first { $0.covers(moment) }
  }
}
