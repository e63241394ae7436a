import DNS
import Deciding

/// Names that are asked in turn, each answered with four of its ten addresses; now and then one of the four
/// makes way for another. It keeps the state that the deciding side keeps, its journal included, and gives the
/// batches that it would commit.
struct HistoryWorkload {
  static let names = 20_000
  static let addressesPerName = 10
  static let answered = 4
  /// Names of one batch; a batch holds four times as many observations and one question each.
  static let batchNames = 1000
  /// Of so many lookups one in which a record makes way for another.
  var changeEvery: UInt64 = 2
  static let pool = 50_000

  private(set) var now: Int64 = 1_700_000_000
  private var random = HistoryRandom(seed: 7)
  private let vantage = Vantage("upstream")
  private var tracked: [Tracked]
  private var cursor = 0
  private var journal: Journal

  private struct Tracked {
    let name: DomainName
    let addresses: [IPAddress]
    /// For each address that is answered now: which, since when, how often.
    var shown: [(index: Int, first: Int64, count: Int64)]
    var next: Int
  }

  init() throws {
    journal = Journal(from: 1, at: Timestamp(seconds: now))
    var random = HistoryRandom(seed: 11)
    tracked = try (0..<Self.names).map { number in
      let addresses = (0..<Self.addressesPerName).map { _ in
        Self.address(Int(random.next() % UInt64(Self.pool)))
      }
      return Tracked(
        name: try DomainName("host\(number).data.example.com"), addresses: Array(Set(addresses)).sorted(),
        shown: [], next: Self.answered)
    }
  }

  static func address(_ number: Int) -> IPAddress { IPAddress(v4: 0x1400_0000 + UInt32(number)) }

  static func name(_ number: Int) throws -> DomainName { try DomainName("host\(number).data.example.com") }

  /// What a thousand lookups give.
  mutating func nextBatch() -> HistoryBatch {
    if cursor == 0 { now += 300 }
    let at = Timestamp(seconds: now + Int64(cursor / Self.batchNames))
    var batch = HistoryBatch(at: at)
    batch.observations.reserveCapacity(Self.batchNames * Self.answered)
    for index in cursor..<cursor + Self.batchNames { look(up: index, at: at, into: &batch) }
    cursor = (cursor + Self.batchNames) % Self.names
    batch.journal = journal.takeUnsaved(at: at)
    return batch
  }

  private mutating func look(up index: Int, at: Timestamp, into batch: inout HistoryBatch) {
    var entry = tracked[index]
    var isNews = entry.shown.isEmpty
    if isNews {
      entry.shown = (0..<Self.answered).map { ($0, at.milliseconds, 0) }
    } else if random.next() % changeEvery == 0 {
      isNews = true
      let slot = Int(random.next() % UInt64(Self.answered))
      let old = entry.shown[slot]
      batch.closed.append(
        (observation(entry, old, last: at - .seconds(300)), at))
      var candidate = entry.next % entry.addresses.count
      while entry.shown.contains(where: { $0.index == candidate }) {
        candidate = (candidate + 1) % entry.addresses.count
      }
      entry.next = candidate + 1
      entry.shown[slot] = (candidate, at.milliseconds, 0)
    }
    for slot in entry.shown.indices {
      entry.shown[slot].count += 1
      batch.observations.append(observation(entry, entry.shown[slot], last: at))
    }
    batch.questions.append(
      QuestionStatus(
        question: Question(entry.name, .a), vantage: vantage, outcome: .answer, askedAt: at, succeededAt: at,
        watched: 300_000))
    tracked[index] = entry
    note(entry, at: at, isNews: isNews)
  }

  /// As `Watch` notes each lookup: one that told the same as the last makes its run longer, any other begins one.
  private mutating func note(_ entry: Tracked, at: Timestamp, isNews: Bool) {
    let records = entry.shown.map { entry.addresses[$0.index] }.sorted().map {
      ResourceRecord(owner: entry.name, type: .a, ttl: TTL(wire: 60), data: .address($0))
    }
    let question = Question(entry.name, .a)
    let lookup = Lookup(
      question: question, vantage: vantage, at: at, outcome: .answer,
      chain: CNAMEChain(question, answers: records))
    journal.note(
      lookup, JournalAnswer(outcome: .answer, records: records), isNews: isNews, longestGap: .seconds(600))
  }

  private func observation(
    _ entry: Tracked, _ shown: (index: Int, first: Int64, count: Int64), last: Timestamp
  ) -> Observation {
    Observation(
      key: ObservationKey(
        name: entry.name, vantage: vantage, owner: entry.name, type: .a,
        data: .address(entry.addresses[shown.index])),
      firstSeen: Timestamp(milliseconds: shown.first), lastSeen: last, count: shown.count, ttl: TTL(wire: 60),
      watched: last.milliseconds - shown.first)
  }
}
