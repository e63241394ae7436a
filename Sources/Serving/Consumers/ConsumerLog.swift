import Deciding
import Synchronization

/// Who fetched which generation of which set, and when: so that one can ask which firewall still has an old one.
/// Bounded; whoever was seen least recently makes room.
package final class ConsumerLog: Sendable {
  private let most: Int
  private let entries = Mutex<[Key: Entry]>([:])

  /// What makes two requests the same consumer's.
  struct Key: Hashable {
    let set: SetName
    /// The name of a token, else the address that the connection came from.
    let principal: String
    /// `User-Agent`, at most `longestAgent` characters of it.
    let agent: String
  }

  static let longestAgent = 120

  /// One consumer, as the connections touch it: without a lock, since a race loses a count at worst.
  final class Entry: Sendable {
    let key: Key
    fileprivate let first: Atomic<Int64>
    fileprivate let last: Atomic<Int64>
    fileprivate let fetchedAt: Atomic<Int64>
    fileprivate let generation: Atomic<Int64>
    fileprivate let polls: Atomic<Int64>
    fileprivate let interval: Atomic<Int64>
    /// Made room for another: whoever holds it has to look again.
    fileprivate let isGone = Atomic<Bool>(false)

    fileprivate init(_ report: ConsumerReport) {
      key = Key(set: report.set, principal: report.principal, agent: report.agent)
      first = Atomic(report.first.milliseconds)
      last = Atomic(report.last.milliseconds)
      fetchedAt = Atomic(report.fetchedAt?.milliseconds ?? 0)
      generation = Atomic(report.generation?.number ?? 0)
      polls = Atomic(report.polls)
      interval = Atomic(report.interval.milliseconds)
    }

    var report: ConsumerReport {
      let (generation, fetchedAt) = (generation.load(ordering: .relaxed), fetchedAt.load(ordering: .relaxed))
      return ConsumerReport(
        set: key.set, principal: key.principal, agent: key.agent,
        first: Timestamp(milliseconds: first.load(ordering: .relaxed)),
        last: Timestamp(milliseconds: last.load(ordering: .relaxed)),
        generation: generation > 0 ? Generation(generation) : nil,
        fetchedAt: fetchedAt > 0 ? Timestamp(milliseconds: fetchedAt) : nil,
        polls: polls.load(ordering: .relaxed),
        interval: .milliseconds(interval.load(ordering: .relaxed)))
    }

    /// Notes a request.
    ///
    /// - Parameter fetched: the generation that the consumer now holds; nil when it only looked.
    func touch(_ now: Timestamp, fetched: Generation?) {
      let gap = now.milliseconds - last.exchange(now.milliseconds, ordering: .relaxed)
      if let fetched {
        generation.store(fetched.number, ordering: .relaxed)
        fetchedAt.store(now.milliseconds, ordering: .relaxed)
      }
      polls.add(1, ordering: .relaxed)
      // Several requests at once, as for two families, are one poll.
      guard gap >= 1000 else { return }
      let usual = interval.load(ordering: .relaxed)
      interval.store(usual == 0 ? gap : (usual * 7 + gap) / 8, ordering: .relaxed)
    }
  }

  /// - Parameter most: how many are remembered.
  package init(most: Int = 1000) { self.most = max(1, most) }

  /// The consumer of a request.
  ///
  /// - Parameter known: what this gave the last time, if the caller kept it.
  func entry(_ key: Key, known: Entry? = nil, at now: Timestamp) -> Entry {
    if let known, known.key == key, !known.isGone.load(ordering: .relaxed) { return known }
    return entries.withLock { entries in
      if let found = entries[key] { return found }
      if entries.count >= most { Self.makeRoom(in: &entries) }
      let entry = Entry(
        ConsumerReport(set: key.set, principal: key.principal, agent: key.agent, first: now, last: now))
      entries[key] = entry
      return entry
    }
  }

  /// All of them, by set, principal and agent.
  package var reports: [ConsumerReport] { entries.withLock { Array($0.values) }.map(\.report).sorted() }

  /// Takes in what was known before a restart; who has been seen since stays as seen.
  package func restore(_ reports: [ConsumerReport]) {
    entries.withLock { entries in
      for report in reports.sorted(by: { $0.last > $1.last }).prefix(most) where entries.count < most {
        let entry = Entry(report)
        if entries[entry.key] == nil { entries[entry.key] = entry }
      }
    }
  }

  /// A tenth goes at a time, so that a flood of made-up agents doesn't search all for each of them.
  private static func makeRoom(in entries: inout [Key: Entry]) {
    let oldest = entries.values.sorted {
      $0.last.load(ordering: .relaxed) < $1.last.load(ordering: .relaxed)
    }
    for entry in oldest.prefix(max(1, entries.count / 10)) {
      entry.isGone.store(true, ordering: .relaxed)
      entries[entry.key] = nil
    }
  }
}
