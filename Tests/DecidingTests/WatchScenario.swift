import DNS
import Deciding

/// Plays a day through a `Watch` without a clock: time is a number, answers are given by hand.
struct WatchScenario {
  var watch: Watch
  var now: Timestamp
  /// Every batch that was stored, oldest first.
  var stored: [HistoryBatch] = []
  let policies: [SetPolicy]
  let vantages: [Vantage]

  static let start = Timestamp(seconds: 1_800_000_000)
  static let one = Vantage("one")
  static let two = Vantage("two")

  init(
    _ policies: [SetPolicy], vantages: [Vantage] = [Self.one], taps: [Vantage] = [],
    limits: Limits = Limits(),
    restored: RestoredState = RestoredState(), now: Timestamp = Self.start
  ) {
    self.policies = policies
    self.vantages = vantages
    self.now = now
    watch = Watch(
      policies: policies, vantages: vantages, taps: taps, limits: limits, restored: restored, now: now,
      seed: 7,
      digesting: Self.digest)
  }

  /// A stand-in for SHA-256 that depends on each octet.
  @Sendable static func digest(_ octets: [UInt8]) -> Digest {
    var sum: UInt64 = 14_695_981_039_346_656_037
    for octet in octets { sum = (sum ^ UInt64(octet)) &* 1_099_511_628_211 }
    return Digest(octets: (0..<32).map { UInt8(truncatingIfNeeded: sum >> UInt64($0 % 8 * 8)) })
  }

  mutating func pass(_ span: Duration) { now = now + span }

  /// An answer to A (or AAAA for IPv6 addresses) for `name`.
  mutating func answer(
    _ name: String, _ addresses: [String], at vantage: Vantage = Self.one, ttl: UInt32 = 60,
    via aliases: [String] = []
  ) {
    let type: RecordType = addresses.first?.contains(":") == true ? .aaaa : .a
    let owners = [name] + aliases
    let links = zip(owners, aliases).map { owner, target in
      record(owner, .cname, ttl, .name(dnsName(target)))
    }
    let records = addresses.map { record(owners.last ?? name, type, ttl, .address(ip($0))) }
    let question = Question(dnsName(name), type)
    watch.take(
      Lookup(
        question: question, vantage: vantage, at: now, outcome: .answer, responseCode: .noError,
        chain: CNAMEChain(question, answers: links + records)))
  }

  /// Takes what is due and lets made-up labels be denied, as DNS without wildcard records does. Gives back the rest.
  @discardableResult
  mutating func ask() -> [(question: Question, vantage: Vantage)] {
    var asked = [(question: Question, vantage: Vantage)]()
    while let next = watch.takeDue(at: now) {
      if next.question.name.isMadeUp {
        outcome(.nxDomain, for: next.question.name.text, next.question.type, at: next.vantage)
      } else {
        asked.append(next)
      }
    }
    return asked
  }

  mutating func outcome(
    _ outcome: Outcome, for name: String, _ type: RecordType = .a, at vantage: Vantage = Self.one
  ) {
    watch.take(Lookup(question: Question(dnsName(name), type), vantage: vantage, at: now, outcome: outcome))
  }

  /// Stores what changed and confirms it, as the loop does.
  mutating func store() {
    watch.sweep(at: now)
    let batch = watch.makeBatch(at: now)
    watch.confirm(batch)
    stored.append(batch)
  }

  /// What is published of a set, as text.
  func published(_ set: String = "mcr") -> [String]? {
    publishedSet(set)?.snapshot.elements.map(\.prefix.description)
  }

  func publishedSet(_ set: String = "mcr") -> PublishedSet? {
    watch.publishedSets.first { $0.snapshot.set.text == set }
  }

  /// What a restart would find, if everything was stored up to now.
  mutating func restoredState() -> RestoredState {
    store()
    var restored = RestoredState()
    for tracked in watch.trackedNames {
      for state in tracked.states {
        restored.observations += state.records.map { $0.observation(of: tracked.name, at: state.vantage) }
        restored.questions += state.questionStatuses(of: tracked.name)
      }
      if tracked.isLearned, let learned = watch.nameReports.first(where: { $0.name == tracked.name })?.learned
      {
        restored.learnedNames.append(learned)
      }
    }
    for published in watch.publishedSets { restored.snapshots[published.snapshot.set] = published.snapshot }
    return restored
  }

  func record(_ owner: String, _ type: RecordType, _ ttl: UInt32, _ data: RecordData)
    -> ResourceRecord
  {
    ResourceRecord(owner: dnsName(owner), type: type, ttl: TTL(wire: ttl), data: data)
  }
}

/// A name from a literal in a test.
func dnsName(_ text: String) -> DomainName { (try? DomainName(text)) ?? .root }

/// An address from a literal in a test.
func ip(_ text: String) -> IPAddress { IPAddress(text) ?? IPAddress(v4: 0) }

/// A set that watches names and patterns, IPv4 only unless said otherwise.
func policy(
  _ names: [String], set: String = "mcr", patterns: [String] = [], families: Set<AddressFamily> = [.ipv4],
  retention: Duration = .seconds(3600), maxStale: Duration = .seconds(86_400),
  guards: GuardPolicy = GuardPolicy(),
  expectedAliasSuffixes: [String] = []
) -> SetPolicy {
  SetPolicy(
    name: SetName(set) ?? SetPolicy.anyName,
    selectors: names.map { .name(dnsName($0)) }
      + patterns.compactMap { try? NamePattern($0) }.map { .pattern($0) },
    families: families, retention: retention, maxStale: maxStale, guards: guards,
    expectedAliasSuffixes: expectedAliasSuffixes.map(dnsName))
}

extension SetPolicy {
  fileprivate static var anyName: SetName {
    guard let name = SetName("unnamed") else { preconditionFailure("a literal") }
    return name
  }
}

extension DomainName {
  /// Whether it is one of those that look for wildcard records.
  var isMadeUp: Bool { labels.first.map { $0.utf8.count == 24 } ?? false }
}
