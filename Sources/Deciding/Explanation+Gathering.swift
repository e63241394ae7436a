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
    var aliases = [ObservedInterval]()
    let indirect = intervals.filter { $0.observation.key.owner != $0.observation.key.name }
    for name in Set(indirect.map(\.observation.key.name)).sorted() {
      aliases += try await history.intervals(for: name, in: window, limit: longest)
        .filter { $0.observation.key.type == .cname }
    }
    let questions = at == nil && !intervals.isEmpty ? try await history.questions() : []
    return Explanation(
      of: address, at: at, memberships: memberships, intervals: intervals, aliases: aliases,
      rejections: rejections,
      questions: questions)
  }
}
