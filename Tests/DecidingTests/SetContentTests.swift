import DNS
import Deciding
import Testing

@Suite("What is in a set")
struct SetContentTests {
  @Test(
    "Nothing that isn't public enters, and the history keeps why",
    arguments: [
      "10.160.92.1", "198.18.0.251", "255.255.255.255", "0.0.0.0", "127.0.0.1", "100.64.0.1", "169.254.1.1",
      "172.16.0.1", "192.168.1.1", "192.0.2.1", "198.51.100.7", "203.0.113.9", "224.0.0.1", "240.0.0.1",
    ])
  func notPublic(address: String) {
    var day = WatchScenario([policy(["mcr.example"])])
    day.answer("mcr.example", ["20.0.0.1", address])
    day.store()
    #expect(day.published() == ["20.0.0.1"])
    let rejections = day.stored.flatMap(\.rejections)
    #expect(rejections.map(\.reason) == [.notGlobalUnicast])
    #expect(rejections.first?.key.data == .address(ip(address)))
  }

  @Test(
    "Nothing outside 2000::/3 or special inside it enters",
    arguments: [
      "::1", "::", "fc00::1", "fe80::1", "ff02::1", "2001:db8::1", "2002::1", "::ffff:10.0.0.1", "64:ff9b::1",
      "100::1",
      "3fff::1", "2001::1",
    ])
  func notPublicIPv6(address: String) {
    var day = WatchScenario([policy(["mcr.example"], families: [.ipv6])])
    day.answer("mcr.example", ["2603:1061:f:100::10", address])
    day.store()
    #expect(day.published() == ["2603:1061:f:100::10"])
  }

  @Test("An allowed special prefix enters the set that allows it, and no other")
  func allowSpecial() {
    let allowed = GuardPolicy(allowSpecial: [IPPrefix("10.1.0.0/16")].compactMap { $0 })
    var day = WatchScenario([
      policy(["mcr.example"], set: "inner", guards: allowed), policy(["mcr.example"], set: "outer"),
    ])
    day.answer("mcr.example", ["10.1.2.3", "20.0.0.1"])
    day.store()
    #expect(day.published("inner") == ["10.1.2.3", "20.0.0.1"])
    #expect(day.published("outer") == ["20.0.0.1"])
  }

  @Test("An address record with an owner outside the chain is rejected")
  func outOfChain() {
    var day = WatchScenario([policy(["mcr.example"])])
    let question = Question(dnsName("mcr.example"), .a)
    let stranger = ResourceRecord(
      owner: dnsName("evil.example"), type: .a, ttl: TTL(wire: 60), data: .address(ip("20.6.6.6")))
    let own = ResourceRecord(
      owner: dnsName("mcr.example"), type: .a, ttl: TTL(wire: 60), data: .address(ip("20.0.0.1")))
    day.watch.take(
      Lookup(
        question: question, vantage: WatchScenario.one, at: day.now, outcome: .answer,
        chain: CNAMEChain(question, answers: [stranger, own])))
    day.store()
    #expect(day.published() == ["20.0.0.1"])
    #expect(day.stored.flatMap(\.rejections).map(\.reason) == [.outOfChain])
  }

  @Test("The first snapshot waits until each name was asked everywhere, so that no half set is ever served")
  func firstSnapshotIsWhole() {
    var day = WatchScenario(
      [policy(["a.example", "b.example"])], vantages: [WatchScenario.one, WatchScenario.two])
    day.answer("a.example", ["20.0.0.1"], at: WatchScenario.one)
    day.answer("a.example", ["20.0.0.1"], at: WatchScenario.two)
    day.answer("b.example", ["20.0.0.2"], at: WatchScenario.one)
    day.store()
    #expect(day.published() == nil)
    day.outcome(.failure(.timeout), for: "b.example", at: WatchScenario.two)
    day.store()
    #expect(day.published() == ["20.0.0.1", "20.0.0.2"])
  }

  @Test("A set for which nothing was ever found publishes nothing, never an empty generation")
  func neverEmpty() {
    var day = WatchScenario([policy(["a.example"])])
    for outcome in [Outcome.noData, .nxDomain, .failure(.timeout)] {
      day.outcome(outcome, for: "a.example")
      day.store()
      day.pass(.seconds(300))
    }
    #expect(day.published() == nil)
    #expect(day.stored.flatMap(\.publications).isEmpty)
    #expect(day.watch.readiness.faults == ["set mcr has nothing to publish yet"])
  }

  @Test("Each element says which names gave it, first and last")
  func provenance() {
    var day = WatchScenario([policy(["a.example", "b.example"])])
    let first = day.now
    day.answer("b.example", ["20.0.0.1"], via: ["edge.example"])
    day.pass(.seconds(60))
    day.answer("a.example", ["20.0.0.1"], via: ["edge.example"])
    day.store()
    let element = day.publishedSet()?.snapshot.elements.first
    #expect(element?.names.map(\.text) == ["a.example", "b.example"])
    #expect(element?.firstSeen == first && element?.lastSeen == day.now)
  }

  @Test("A name's addresses are bounded, and the refusal is told once")
  func addressesPerName() {
    var day = WatchScenario([policy(["a.example"])], limits: Limits(addressesPerName: 10))
    for third in 0..<50 {
      day.answer("a.example", (0..<20).map { "20.0.\(third).\($0)" })
      day.store()
    }
    #expect((day.published()?.count ?? 0) <= 30)
    #expect(day.stored.flatMap(\.rejections).contains { $0.reason == .tooManyAddresses })
  }

  @Test("Generations count one by one, and each says exactly what entered and left")
  func generations() {
    var day = WatchScenario([policy(["a.example"], retention: .seconds(60))])
    var shown = Set<String>()
    for step in 0..<200 {
      day.answer("a.example", (0..<4).map { "20.0.0.\((step / 3 + $0) % 11 + 1)" })
      day.store()
      day.pass(.seconds(20))
      for publication in day.stored.last?.publications ?? [] {
        shown.subtract(publication.left.map(\.description))
        shown.formUnion(publication.entered.map(\.description))
        #expect(shown == Set(publication.snapshot.elements.map(\.address.description)))
      }
    }
    let numbers = day.stored.flatMap(\.publications).map(\.snapshot.generation.number)
    #expect(numbers == Array(1...Int64(numbers.count)) && numbers.count > 10)
  }

  @Test("An alias outside the expected suffixes is reported once and drops nothing")
  func unexpectedAlias() {
    var day = WatchScenario([policy(["mcr.example"], expectedAliasSuffixes: ["trafficmanager.example"])])
    for _ in 0..<3 {
      day.answer("mcr.example", ["20.0.0.1"], via: ["x.trafficmanager.example", "y.elsewhere.example"])
      day.store()
      day.pass(.seconds(60))
    }
    #expect(day.published() == ["20.0.0.1"])
    let events = day.stored.flatMap(\.events).filter { $0.kind == "alias.unexpected" }
    #expect(events.map(\.subject) == ["y.elsewhere.example"])
  }

  @Test("Upstreams that change before the first snapshot are waited for too: no half set is served")
  func firstSnapshotAfterReplacement() {
    for vantages in [[], [WatchScenario.one]] {
      var day = WatchScenario([policy(["a.example", "b.example"])], vantages: vantages)
      day.watch.replaceVantages([WatchScenario.two], at: day.now)
      day.answer("a.example", ["20.0.0.1"], at: WatchScenario.two)
      day.store()
      #expect(day.published() == nil)
      day.answer("b.example", ["20.0.0.2"], at: WatchScenario.two)
      day.store()
      #expect(day.published() == ["20.0.0.1", "20.0.0.2"])
    }
  }

  @Test("One reply can't give a name more addresses than its bound")
  func addressesPerReply() {
    var day = WatchScenario([policy(["a.example"])], limits: Limits(addressesPerName: 10))
    day.answer("a.example", (1...50).map { "20.0.0.\($0)" })
    day.store()
    #expect(day.published()?.count == 10)
    #expect(day.stored.flatMap(\.rejections).count == 40)
  }

  @Test("A name's bound counts an address once, however many upstreams give it")
  func sharedAddressesPerName() {
    let both = [WatchScenario.one, WatchScenario.two]
    var day = WatchScenario([policy(["a.example"])], vantages: both, limits: Limits(addressesPerName: 10))
    for vantage in both { day.answer("a.example", (1...8).map { "20.0.0.\($0)" }, at: vantage) }
    day.answer("a.example", ["20.0.0.1", "20.0.0.9"], at: WatchScenario.two)
    day.store()
    #expect(day.published()?.count == 9)
    #expect(day.stored.flatMap(\.rejections).isEmpty)
  }
}
