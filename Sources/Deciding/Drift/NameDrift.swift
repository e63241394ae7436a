internal import DNS

/// What one name is like, to tell when it becomes otherwise. Nothing here decides what is in a set.
struct NameDrift: Sendable {
  /// The ways its aliases led: the last two labels of each target. Empty before the first answer.
  var shapes: Set<[DomainName]> = []
  /// Whether every believed upstream says that it doesn't exist.
  var isGone = false
  var replacements: [RecordType: Replacement] = [:]
  var regimes: [Slot: TTLRegime] = [:]

  /// More shapes than this are not told apart.
  static let mostShapes = 32

  struct Slot: Hashable {
    let type: RecordType
    let vantage: Vantage
  }
}

/// Answers that hold nothing of what the name had. A pool that is larger than an answer shows new addresses all the time:
/// so the old ones must have been seen three times each, which leaves a twentieth of a pool unseen (coupon collector), and
/// must stay away for five answers and at each vantage.
struct Replacement: Sendable {
  private let old: Set<IPAddress>
  private var answers = 0
  private var vantages = Set<Vantage>()

  static let fewestSightings: Int64 = 3
  static let fewestAnswers = 5

  /// Nil when the answer says nothing of the kind.
  init?(_ given: Set<IPAddress>, after held: [HeldRecord]) {
    let old = Set(held.compactMap(\.address))
    let sightings = held.reduce(0) { $0 + $1.count }
    guard !old.isEmpty, !given.isEmpty, old.isDisjoint(with: given),
      sightings >= Self.fewestSightings * Int64(old.count)
    else { return nil }
    self.old = old
  }

  /// Takes in an answer.
  ///
  /// - Returns: how many addresses were replaced once that is sure, nil while it may be; 0 when it isn't so.
  mutating func take(_ given: Set<IPAddress>, at vantage: Vantage, of telling: Set<Vantage>) -> Int? {
    guard old.isDisjoint(with: given) else { return 0 }
    answers += 1
    vantages.insert(vantage)
    return answers >= Self.fewestAnswers && telling.isSubset(of: vantages) ? old.count : nil
  }
}

/// The largest TTL that a vantage gives for a name, hour by hour: behind a cache the others only count down to it.
struct TTLRegime: Sendable {
  private var start: Timestamp
  private var largest: UInt32 = 0
  private var answers = 0
  private var settled: UInt32?

  static let window = Duration.seconds(3600)
  static let fewestAnswers = 6

  init(at now: Timestamp) { start = now }

  /// Takes in an answer.
  ///
  /// - Returns: the TTLs before and now, in seconds, when an hour ended in which it at least doubled or halved.
  mutating func take(_ ttl: UInt32, at now: Timestamp) -> (before: UInt32, now: UInt32)? {
    defer {
      largest = max(largest, ttl)
      answers += 1
    }
    guard now - start >= Self.window || now < start else { return nil }
    defer { (start, largest, answers) = (now, 0, 0) }
    guard answers >= Self.fewestAnswers, largest > 0 else { return nil }
    let before = settled
    settled = largest
    guard let before, largest >= before * 2 || before >= largest * 2 else { return nil }
    return (before, largest)
  }
}
