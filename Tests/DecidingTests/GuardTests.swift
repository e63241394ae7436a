import DNS
import Deciding
import Testing

@Suite("Guards: what is held instead of published")
struct GuardTests {
  private static func addresses(_ range: Range<Int>) -> [String] {
    range.map { "20.0.\($0 / 250).\($0 % 250 + 1)" }
  }

  /// A set of `before` that later becomes `after`, with all else gone.
  private func change(_ before: [String], to after: [String], guards: GuardPolicy = GuardPolicy())
    -> WatchScenario
  {
    var day = WatchScenario([policy(["a.example"], retention: .seconds(60), guards: guards)])
    day.answer("a.example", before)
    day.store()
    for _ in 0..<3 {
      day.pass(.seconds(60))
      if after.isEmpty { day.outcome(.noData, for: "a.example") } else { day.answer("a.example", after) }
    }
    day.store()
    return day
  }

  @Test("A family that would become empty keeps its elements and says why")
  func empty() {
    let day = change(["20.0.0.1"], to: [])
    #expect(day.published() == ["20.0.0.1"])
    #expect(day.publishedSet()?.status == .held)
    #expect(day.publishedSet()?.heldReasons == ["empty: all 1 ipv4 addresses would leave"])
  }

  @Test(
    "A shrink by more than half is held from eight elements up",
    arguments: [(8, 4, false), (8, 3, true), (7, 1, false), (100, 50, false), (100, 49, true)])
  func shrink(before: Int, after: Int, isHeld: Bool) {
    let day = change(Self.addresses(0..<before), to: Self.addresses(0..<after))
    #expect((day.publishedSet()?.status == .held) == isHeld)
    #expect(day.published()?.count == (isHeld ? before : after))
  }

  @Test("New addresses go out while removals are held")
  func additionsAreNotHeld() {
    var day = change(Self.addresses(0..<10), to: Self.addresses(0..<2))
    #expect(day.publishedSet()?.status == .held)
    day.answer("a.example", Self.addresses(0..<2) + ["20.9.9.9"])
    day.store()
    #expect(day.published()?.contains("20.9.9.9") == true)
    #expect(day.published()?.count == 11)
    #expect(day.publishedSet()?.status == .held)
  }

  @Test(
    "Growth above the factor is held whole",
    arguments: [(4, 40, false), (4, 41, true), (1, 10, false), (1, 11, true)])
  func growth(before: Int, after: Int, isHeld: Bool) {
    let day = change(Self.addresses(0..<before), to: Self.addresses(0..<after))
    #expect((day.publishedSet()?.status == .held) == isHeld)
    #expect(day.published()?.count == (isHeld ? before : after))
  }

  @Test("A first set above maxElements is held: nothing is published")
  func tooMany() {
    var day = WatchScenario([policy(["a.example"], guards: GuardPolicy(maxElements: 5))])
    day.answer("a.example", Self.addresses(0..<6))
    day.store()
    #expect(day.published() == nil)
  }

  @Test("Approval releases what is held, once")
  func approve() {
    var day = change(Self.addresses(0..<10), to: Self.addresses(0..<2))
    let decision = Decision(
      id: 3, at: day.now, kind: .approve, subject: "mcr", reason: "they moved", by: "test")
    day.watch.take([decision], at: day.now)
    day.store()
    #expect(day.published()?.count == 2)
    #expect(day.publishedSet()?.status == .ok)
    #expect(day.stored.last?.appliedDecisions == [3])
    day.answer("a.example", Self.addresses(0..<30))
    day.store()
    #expect(day.publishedSet()?.status == .held, "the next one needs its own approval")
  }

  @Test("An approval that the history could not store is not lost")
  func approvalSurvivesAFullDisk() {
    var day = change(Self.addresses(0..<10), to: Self.addresses(0..<2))
    day.watch.take(
      [Decision(id: 1, at: day.now, kind: .approve, subject: "mcr", reason: "", by: "")], at: day.now)
    let batch = day.watch.makeBatch(at: day.now)
    #expect(batch.publications.count == 1)
    day.watch.putBack(batch)
    #expect(day.published()?.count == 10, "not stored, not published")
    day.store()
    #expect(day.published()?.count == 2)
  }

  @Test("A set that recovers by itself is released")
  func recovers() {
    var day = change(Self.addresses(0..<10), to: Self.addresses(0..<2))
    day.answer("a.example", Self.addresses(0..<10))
    day.store()
    #expect(day.publishedSet()?.status == .ok)
    let kinds = day.stored.flatMap(\.events).map(\.kind).filter { $0.rawValue.hasPrefix("set.") }
    #expect(kinds == ["set.held", "set.released"])
  }

  @Test("What the configuration no longer selects leaves without a guard's doubt", arguments: [0, 1])
  func revocation(kind: Int) {
    let both: Set<AddressFamily> = [.ipv4, .ipv6]
    var day = WatchScenario([policy(["a.example", "b.example"], families: both)])
    day.answer("a.example", Self.addresses(0..<20))
    day.answer("a.example", ["2603:1061:f:100::10"])
    day.answer("b.example", ["20.5.0.1"])
    day.outcome(.noData, for: "b.example", .aaaa)
    let restored = day.restoredState()
    let narrower =
      kind == 0
      ? policy(["b.example"], families: both) : policy(["a.example", "b.example"], families: [.ipv4])
    var next = WatchScenario([narrower], restored: restored, now: day.now)
    next.store()
    #expect(next.publishedSet()?.status == .ok)
    #expect(next.published() == (kind == 0 ? ["20.5.0.1"] : Self.addresses(0..<20) + ["20.5.0.1"]))
  }

  @Test("What an operator had forgotten leaves without a guard's doubt")
  func forgotten() {
    var day = WatchScenario([policy(["a.example", "b.example"])])
    day.answer("a.example", Self.addresses(0..<20))
    day.answer("b.example", ["20.5.0.1"])
    day.store()
    day.watch.take(
      [Decision(id: 1, at: day.now, kind: .forget, subject: "a.example", reason: "", by: "")], at: day.now)
    day.store()
    #expect(day.published() == ["20.5.0.1"])
    #expect(day.publishedSet()?.status == .ok)
  }

  @Test("Approval can't empty a set: it stays held, and says so")
  func approvedEmpty() {
    var day = WatchScenario([policy(["a.example"])])
    day.answer("a.example", ["20.0.0.1"])
    day.store()
    for _ in 0..<61 {
      day.pass(.seconds(60))
      day.outcome(.nxDomain, for: "a.example")
      day.store()
    }
    #expect(day.publishedSet()?.status == .held)
    day.watch.take(
      [Decision(id: 1, at: day.now, kind: .approve, subject: "mcr", reason: "", by: "")], at: day.now)
    day.store()
    day.store()
    #expect(day.published() == ["20.0.0.1"])
    #expect(day.publishedSet()?.status == .held)
  }
}
