import DNS
import Testing

@testable import Deciding

@Suite struct DriftDigestTests {
  static let window = Timestamp(milliseconds: 0)...Timestamp(milliseconds: 3_600_000)

  static func digest(
    events: [Event] = [], sets: [SetDrift] = [], vantages: [VantageReport] = [],
    sources: [SourceReport] = [], uncovered: [String] = []
  ) -> DriftDigest {
    DriftDigest(
      of: window, events: events, sets: sets, vantages: vantages, sources: sources,
      uncovered: uncovered.map(DomainName.init(canonical:)))
  }

  static func event(_ kind: EventKind, _ subject: String, at second: Int64 = 60) -> Event {
    Event(
      at: Timestamp(milliseconds: second * 1000), kind: kind, subject: subject, detail: "detail \(second)")
  }

  static func drift(_ status: SetStatus, generations: Int = 3) throws -> SetDrift {
    SetDrift(
      name: try #require(SetName("mcr")), status: status, size: 12, generations: generations, entered: 2,
      left: 1)
  }

  @Test func `A quiet week is four short parts that say so`() throws {
    let digest = Self.digest(sets: [try Self.drift(.ok, generations: 0)])
    #expect(
      digest.text == """
        Postern, 1970-01-01T00:00:00Z to 1970-01-01T01:00:00Z

        What changed
          set mcr: unchanged, 12 addresses

        What is at risk
          nothing that is known

        What to do
          nothing

        """)
  }

  @Test func `Warnings are risks and the rest are changes, the more urgent first`() {
    let digest = Self.digest(events: [
      Self.event(.nameAdmitted, "a.example.com"), Self.event(.nameAdmitted, "b.example.com"),
      Self.event(.chainChanged, "c.example.com"), Self.event(.setHeld, "mcr"),
    ])
    #expect(digest.risks.first == "1× a guard holds a set's next generation")
    let kinds = digest.changes.filter { $0.contains("×") }
    #expect(
      kinds == [
        "1× the aliases of a name lead another way than before",
        "2× a name behind a pattern is looked up from now on",
      ])
  }

  @Test func `Of what happened a thousand times three are spelled out, and how to see the rest`() {
    let events = (0..<1000).map { Self.event(.addressRejected, "n\($0)", at: 2000 - Int64($0)) }
    let digest = Self.digest(events: events)
    #expect(digest.risks.count == 5)
    #expect(digest.risks.first?.hasPrefix("1000× ") == true)
    #expect(digest.risks[1].hasSuffix("n0: detail 2000"))
    #expect(digest.risks.last == "  and 997 more: 'postern events --kind address.rejected'")
  }

  @Test func `What was said of many names alike is one line, and so is what was often said of one`() {
    func event(_ kind: EventKind, _ subject: String, _ detail: String, _ second: Int64) -> Event {
      Event(at: Timestamp(seconds: second), kind: kind, subject: subject, detail: detail)
    }
    let moved = (0..<5).map { event(.addressesReplaced, "n\($0).example", "moved", 900 - Int64($0)) }
    let rejected = (0..<4).map { event(.addressRejected, "10.0.0.1", "for n\($0).example", 800 - Int64($0)) }
    let other = [event(.addressRejected, "10.0.0.2", "for x.example", 100)]
    let digest = Self.digest(events: moved + rejected + other)
    #expect(
      digest.changes == [
        "5× a name gives none of the addresses any more that it had",
        "  1970-01-01T00:15:00Z n0.example, n1.example and 3 more: moved",
      ])
    #expect(
      digest.risks == [
        "5× DNS gave an address that is not believed",
        "  1970-01-01T00:13:20Z 10.0.0.1, 4 times, the last: for n0.example",
        "  1970-01-01T00:01:40Z 10.0.0.2: for x.example",
      ])
  }

  @Test func `A name that is gone and an alias that nobody expects are tasks, a name that returned is none`()
  {
    let digest = Self.digest(events: [
      Self.event(.nameReturned, "back.example", at: 90), Self.event(.nameGone, "back.example", at: 80),
      Self.event(.nameGone, "gone.example", at: 70), Self.event(.aliasUnexpected, "edge.example", at: 60),
      Self.event(.aliasUnexpected, "edge.example", at: 50),
    ])
    #expect(digest.tasks.count == 2)
    #expect(digest.tasks.first?.hasPrefix("take gone.example out of the configuration") == true)
    #expect(digest.tasks.last?.hasPrefix("find out whose edge.example is") == true)
  }

  @Test func `A span that begins before the history says so`() {
    let since = Timestamp(seconds: 60)
    let digest = DriftDigest(
      of: Self.window, knownSince: since, events: [], sets: [], vantages: [], sources: [], uncovered: [])
    #expect(digest.text.contains("\nNothing is known of before 1970-01-01T00:01:00Z.\n\n"))
  }

  @Test func `A kind that no version knows is told by its word`() {
    let digest = Self.digest(events: [Self.event("of.tomorrow", "x")])
    #expect(digest.changes.first == "1× of.tomorrow")
  }

  @Test(arguments: [
    (SetStatus.held, "held by a guard" as String?, 1), (.stale, "stale", 0), (.ok, nil, 0),
  ])
  func `A set that isn't well is a risk, and one that is held a task`(
    status: SetStatus, risk: String?, tasks: Int
  ) throws {
    let digest = Self.digest(sets: [try Self.drift(status)])
    #expect(digest.risks.count == (risk == nil ? 0 : 1))
    #expect(risk.map { digest.risks[0].contains($0) } ?? true)
    #expect(digest.tasks.count == tasks)
    #expect(digest.tasks.allSatisfy { $0.contains("postern approve mcr") })
    #expect(
      digest.changes == [
        "set mcr: 12 addresses, of which 2 are new; 1 of those before are gone; 3 generations were published"
      ])
  }

  @Test func `Vantages that lie or fail, sources that can't be read and names in use are tasks`() {
    var aside = VantageReport(label: "one")
    aside.fault = .denial
    var failing = VantageReport(label: "two")
    failing.failingSince = Self.window.lowerBound
    failing.lastFailure = "timeout"
    var source = SourceReport(label: "dnsmasq:/log", kind: "dnsmasq")
    source.fault = "it is gone"
    let digest = Self.digest(
      vantages: [aside, failing, VantageReport(label: "three")], sources: [source],
      uncovered: ["a.example.com", "b.example.com"])
    #expect(digest.risks.count == 2)
    #expect(digest.risks[0].hasPrefix("upstream one is set aside: it says of every name"))
    #expect(digest.risks[1] == "upstream two fails since 1970-01-01T00:00:00Z: timeout")
    #expect(
      digest.tasks == [
        "repair or replace the upstream one, then 'postern vantages'",
        "repair or replace the upstream two, then 'postern vantages'",
        "repair the source dnsmasq:/log: it is gone",
        "decide about 2 names in use that no set watches, such as a.example.com: 'postern names'",
      ])
  }
}
