import DNS
import Deciding
import Recording

/// Everything that happened, in lists without any index.
struct HistoryOracle {
  struct Published {
    let at: Timestamp
    let addresses: Set<IPAddress>
    let snapshot: Snapshot
    var record: GenerationRecord {
      GenerationRecord(
        generation: snapshot.generation, at: at, digest: snapshot.digest, size: addresses.count)
    }
  }

  var random: Numbers
  let names: [DomainName]
  let addresses: [IPAddress]
  let sets: [SetName]
  var open: [ObservationKey: Observation] = [:]
  var closed: [ObservedInterval] = []
  var generations: [SetName: [Published]] = [:]
  /// The keys of `open` in an order that a seed repeats, which a dictionary's is not.
  private var opened: [ObservationKey] = []
  private let vantages = [Vantage("one"), Vantage("two")]
  private var now: Int64 = 1000

  init(seed: UInt64) throws {
    random = Numbers(state: seed)
    names = try (0..<12).map { try name("n\($0).example.com") }
    addresses = try (0..<30).map { try address("20.0.0.\($0)") } + (0..<10).map { try address("2a01::\($0)") }
    sets = [try setName("one"), try setName("two")]
  }

  /// A few observations opened and renewed, some closed, now and then a generation.
  mutating func nextBatch() throws -> HistoryBatch {
    now += Int64.random(in: 1...50, using: &random)
    var batch = HistoryBatch(at: time(now))
    for key in opened where Int.random(in: 0..<12, using: &random) == 0 {
      guard let observation = open[key] else { continue }
      let until = time(now)
      batch.closed.append((observation, until))
      closed.append(ObservedInterval(observation: observation, until: until))
      open[key] = nil
    }
    opened.removeAll { open[$0] == nil }
    for _ in 0..<Int.random(in: 0..<20, using: &random) {
      guard let asked = names.randomElement(using: &random), let owner = names.randomElement(using: &random),
        let vantage = vantages.randomElement(using: &random),
        let address = addresses.randomElement(using: &random)
      else { continue }
      let key = ObservationKey(
        name: asked, vantage: vantage, owner: Bool.random(using: &random) ? asked : owner,
        type: address.family.recordType, data: .address(address))
      let known = open[key]
      if known == nil { opened.append(key) }
      let observation = Observation(
        key: key, firstSeen: known?.firstSeen ?? time(now), lastSeen: time(now),
        count: (known?.count ?? 0) + 1,
        ttl: TTL(wire: UInt32.random(in: 0...300, using: &random)), watched: now)
      open[key] = observation
      batch.observations.append(observation)
    }
    for set in sets where Int.random(in: 0..<2, using: &random) == 0 {
      batch.publications.append(publish(set))
    }
    return batch
  }

  private mutating func publish(_ set: SetName) -> Publication {
    let before = generations[set]?.last?.addresses ?? []
    var after = before
    for address in addresses where Int.random(in: 0..<10, using: &random) == 0 {
      if after.remove(address) == nil { after.insert(address) }
    }
    let elements = after.sorted().map {
      SetElement(
        address: $0, names: names.filter { _ in Bool.random(using: &random) }, firstSeen: time(now - 1),
        lastSeen: time(now))
    }
    let snapshot = Snapshot(
      set: set, generation: Generation(Int64(generations[set]?.count ?? 0) + 1), at: time(now),
      elements: elements,
      digest: Digest(octets: (0..<32).map { _ in UInt8.random(in: 0...255, using: &random) }))
    generations[set, default: []].append(Published(at: time(now), addresses: after, snapshot: snapshot))
    return Publication(
      snapshot: snapshot, entered: after.subtracting(before).sorted().map { IPPrefix($0) },
      left: before.subtracting(after).sorted().map { IPPrefix($0) })
  }

  mutating func randomWindow() -> ClosedRange<Timestamp> {
    let start = Int64.random(in: 900...now, using: &random)
    return time(start)...time(start + Int64.random(in: 0...200, using: &random))
  }

  mutating func randomMoment() -> ClosedRange<Timestamp> {
    let moment = time(Int64.random(in: 900...now, using: &random))
    return moment...moment
  }

  func intervals(for name: DomainName, in window: ClosedRange<Timestamp>) -> Set<ObservedInterval> {
    all(in: window) { $0.name == name || $0.owner == name }
  }

  func intervals(giving prefix: IPPrefix, in window: ClosedRange<Timestamp>) -> Set<ObservedInterval> {
    all(in: window) { key in
      if case .address(let address) = key.data { prefix.contains(address) } else { false }
    }
  }

  func memberships(of address: IPAddress) -> Set<Membership> {
    var memberships = Set<Membership>()
    for set in sets {
      var entered: GenerationRecord?
      for published in generations[set] ?? [] {
        let isIn = published.addresses.contains(address)
        if let since = entered, !isIn {
          memberships.insert(Membership(set: set, entered: since, left: published.record))
          entered = nil
        } else if entered == nil, isIn {
          entered = published.record
        }
      }
      if let entered { memberships.insert(Membership(set: set, entered: entered, left: nil)) }
    }
    return memberships
  }

  private func all(
    in window: ClosedRange<Timestamp>, where isMeant: (ObservationKey) -> Bool
  ) -> Set<ObservedInterval> {
    let intervals = closed + open.values.map { ObservedInterval(observation: $0, until: nil) }
    return Set(
      intervals.filter { interval in
        isMeant(interval.observation.key) && interval.observation.firstSeen <= window.upperBound
          && interval.until.map { $0 > window.lowerBound } ?? true
      })
  }

  /// SplitMix64.
  struct Numbers: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9e37_79b9_7f4a_7c15
      let mixed = (state ^ (state >> 30)) &* 0xbf58_476d_1ce4_e5b9
      let again = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
      return again ^ (again >> 31)
    }
  }
}
