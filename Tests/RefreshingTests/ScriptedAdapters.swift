import DNS
import Deciding
import Refreshing
import Synchronization

/// Answers from a table that a test changes.
final class ScriptedResolver: Resolver {
  private struct State {
    var addresses: [DomainName: [IPAddress]] = [:]
    var asked: [Question] = []
    var underway = 0
    var mostUnderway = 0
    var isStuck = false
    var cancelling = 0
  }

  private let state = Mutex(State())
  private let clock: ScriptedClock

  init(_ clock: ScriptedClock) { self.clock = clock }

  var asked: [Question] { state.withLock(\.asked) }
  var mostUnderway: Int { state.withLock(\.mostUnderway) }

  func answer(_ name: String, _ addresses: [String]) {
    state.withLock { $0.addresses[dnsName(name)] = addresses.compactMap { IPAddress($0) } }
  }

  /// From now on no lookup ends before it is cancelled.
  func getStuck() { state.withLock { $0.isStuck = true } }

  /// The next lookups are cancelled by the resolver itself, as when an upstream's socket is replaced.
  func cancelNext(_ count: Int) { state.withLock { $0.cancelling = count } }

  func lookup(_ question: Question, at vantage: Vantage) async -> Lookup {
    let isCancelled = state.withLock { state in
      guard state.cancelling > 0 else { return false }
      state.cancelling -= 1
      return true
    }
    if isCancelled {
      return Lookup(question: question, vantage: vantage, at: clock.now, outcome: .failure(.cancelled))
    }
    let isStuck = state.withLock { state in
      state.asked.append(question)
      state.underway += 1
      state.mostUnderway = max(state.mostUnderway, state.underway)
      return state.isStuck
    }
    await clock.sleep(for: isStuck ? .seconds(1_000_000) : .milliseconds(5))
    let held = state.withLock { state in
      state.underway -= 1
      return state.addresses[question.name] ?? []
    }
    if isStuck {
      return Lookup(question: question, vantage: vantage, at: clock.now, outcome: .failure(.cancelled))
    }
    let records = held.filter { $0.family.recordType == question.type }.map {
      ResourceRecord(owner: question.name, type: question.type, ttl: TTL(wire: 30), data: .address($0))
    }
    return Lookup(
      question: question, vantage: vantage, at: clock.now, outcome: records.isEmpty ? .noData : .answer,
      chain: CNAMEChain(question, answers: records))
  }
}

/// A history in memory that can be full.
actor ScriptedHistory: HistoryRecorder {
  struct Full: Error, CustomStringConvertible {
    let description = "no space left"
  }

  private(set) var batches: [HistoryBatch] = []
  private var decisions: [Decision] = []
  private(set) var isFull = false
  private var slowness: (clock: ScriptedClock, span: Duration)?

  var generations: [Int64] { batches.flatMap(\.publications).map(\.snapshot.generation.number) }

  func fill(_ full: Bool) { isFull = full }

  func decide(_ decision: Decision) { decisions.append(decision) }

  /// From now on each call takes that long; a read gives what was true when it began.
  func slowDown(by span: Duration, on clock: ScriptedClock) { slowness = (clock, span) }

  func commit(_ batch: HistoryBatch) async throws {
    if isFull { throw Full() }
    if let slowness { await slowness.clock.sleep(for: slowness.span) }
    batches.append(batch)
    decisions.removeAll { batch.appliedDecisions.contains($0.id) }
  }

  func restore() -> RestoredState { RestoredState() }

  func pendingDecisions() async -> [Decision] {
    let pending = decisions
    if let slowness { await slowness.clock.sleep(for: slowness.span) }
    return pending
  }
}

/// What was published, in order.
actor ScriptedPublisher: SetPublisher {
  private(set) var sets: [PublishedSet] = []
  private(set) var readiness: Readiness?
  /// The generations in the order in which they were first seen.
  private(set) var generations: [Int64] = []
  private(set) var mostUnderway = 0
  private var underway = 0
  private var slowness: (clock: ScriptedClock, span: Duration)?

  /// From now on each call takes that long.
  func slowDown(by span: Duration, on clock: ScriptedClock) { slowness = (clock, span) }

  func publish(_ sets: [PublishedSet], readiness: Readiness) async {
    underway += 1
    defer { underway -= 1 }
    mostUnderway = max(mostUnderway, underway)
    if let slowness { await slowness.clock.sleep(for: slowness.span) }
    self.sets = sets
    self.readiness = readiness
    for set in sets where generations.last != set.snapshot.generation.number {
      generations.append(set.snapshot.generation.number)
    }
  }

  var addresses: [String] { sets.first?.snapshot.elements.map(\.address.description) ?? [] }
}

/// A name from a literal in a test.
func dnsName(_ text: String) -> DomainName { (try? DomainName(text)) ?? .root }
