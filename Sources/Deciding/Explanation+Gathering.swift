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
    let memberships = try await history.memberships(of: address)
    let intervals = try await history.intervals(giving: IPPrefix(address), in: window, limit: longest)
    let rejections = try await history.rejections(of: address, limit: longest)
    // Asked for the moment, or for when the address was last seen: of a name that moves fast, the newest aliases may all
    // be newer.
    let indirect = intervals.lazy.map(\.observation).filter { $0.key.owner != $0.key.name }
    let asked = Set(indirect.map { NameAtMoment($0.key.name, at: at ?? $0.lastSeen) })
    let aliases = try await history.aliases(
      of: asked.sorted { ($0.name, $1.moment) < ($1.name, $0.moment) })
    let questions = at == nil && !intervals.isEmpty ? try await history.questions() : []
    var blind: BlindSpan?
    if let at { blind = try await history.blindSpans(in: at...at).first { $0.covers(at) } }
    return Explanation(
      of: address, at: at, memberships: memberships, intervals: intervals, aliases: aliases,
      rejections: rejections,
      questions: questions, blind: blind, horizon: try await history.horizon(),
      exclusions: try await history.exclusions(of: address, at: at))
  }
}
