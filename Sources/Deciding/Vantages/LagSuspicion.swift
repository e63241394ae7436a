internal import DNS

/// How sure it is that a vantage lags: that it keeps giving addresses which everybody else gave once and gave up.
///
/// Only questions whose addresses moved can show it, so only they count. An old answer weighs 2, a current one about a
/// question that got old ones takes 1 back, and any other answer says nothing. Ten old answers in a row are proof, and so
/// are some twenty that take turns with current ones, as they come when one of several servers behind an address lags: a
/// single current answer clears nobody. Fewer than one old answer in three never add up. Large pools give some, whose
/// addresses come back by chance: with one address of 64 in each answer, one is away for 144 answers in one case of ten.
struct LagSuspicion: Sendable {
  /// What an old answer adds.
  static let oldWeight = 2
  /// What a current answer about the same question takes back.
  static let currentWeight = 1
  /// The weight from which it is proven: ten old answers.
  static let proof = 20
  /// After so long without an old answer nothing is suspected any more.
  static let memory = Duration.seconds(3600)
  private static let mostQuestions = 4096

  /// 0 to `proof`.
  private(set) var weight = 0
  private var firstSeen: Timestamp?
  private var lastSeen: Timestamp?
  private var old: [Question: Set<IPAddress>] = [:]

  init() {}

  /// Goes on from before a restart.
  init(restoring record: LagRecord) {
    weight = min(max(record.weight, 0), Self.proof)
    (firstSeen, lastSeen) = (record.firstSeen, record.lastSeen)
    old = Dictionary(record.old.compactMap(\.read).map { ($0.question, $0.addresses) }) { $0.union($1) }
  }

  /// What a restart must know; nil while nothing is suspected.
  var record: LagRecord? {
    guard let firstSeen, let lastSeen else { return nil }
    return LagRecord(weight: weight, firstSeen: firstSeen, lastSeen: lastSeen, old: old)
  }

  /// Whether these addresses were old when they were given before. The others forget what they gave up when its retention
  /// ends, and it must not count as current then.
  func knows(_ addresses: Set<IPAddress>, of question: Question) -> Bool {
    old[question].map(addresses.isSubset(of:)) ?? false
  }

  /// Takes in an answer of old addresses.
  ///
  /// - Returns: whether it is proven now, by three names or over `VantageTrust.patience`.
  mutating func note(old addresses: Set<IPAddress>, of question: Question, at now: Timestamp) -> Bool {
    forget(at: now)
    if old.count >= Self.mostQuestions, old[question] == nil { old = [:] }
    old[question, default: []].formUnion(addresses)
    weight = min(Self.proof, weight + Self.oldWeight)
    let first = firstSeen ?? now
    (firstSeen, lastSeen) = (first, now)
    let names = Set(old.keys.map(\.name)).count
    return weight >= Self.proof && (names >= VantageTrust.names || now - first >= VantageTrust.patience)
  }

  /// Takes in an answer that isn't old.
  mutating func note(current question: Question, at now: Timestamp) {
    forget(at: now)
    guard old[question] != nil else { return }
    weight -= Self.currentWeight
    if weight <= 0 { self = LagSuspicion() }
  }

  private mutating func forget(at now: Timestamp) {
    if let lastSeen, now - lastSeen >= Self.memory { self = LagSuspicion() }
  }
}
