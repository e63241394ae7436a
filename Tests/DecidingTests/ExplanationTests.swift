import DNS
import Deciding
import Testing

@Suite struct ExplanationTests {
  private let address = IPAddress(v4: 0x1400_0002)
  private let now = Timestamp(seconds: 10_000)

  @Test("the chain leads from the name to the owner, through the aliases that this vantage gave in that time")
  func chain() throws {
    let names = try ["mcr.microsoft.com", "front.example.net", "edge.example.net"].map { try DomainName($0) }
    let other = try DomainName("other.example.net")
    let record = interval(names[0], names[2], .a, .address(address), 100...200)
    let aliases = [
      interval(names[0], names[1], .cname, .name(names[2]), 100...200),
      interval(names[0], names[0], .cname, .name(names[1]), 50...300),
      interval(names[0], names[0], .cname, .name(other), 100...200),
      interval(names[0], other, .cname, .name(names[0]), 100...200),
      interval(names[0], names[0], .cname, .name(names[2]), 300...400),
      interval(names[0], names[0], .cname, .name(names[2]), 100...200, vantage: "elsewhere"),
    ]
    let explanation = explain(intervals: [record], aliases: aliases)
    #expect(
      explanation.sources.first?.chain.map { "\($0.owner) \($0.target)" } == [
        "mcr.microsoft.com front.example.net", "front.example.net edge.example.net",
      ])
  }

  @Test("a name that owns the address itself has no chain, and a broken chain is empty rather than wrong")
  func noChain() throws {
    let name = try DomainName("mcr.microsoft.com")
    let edge = try DomainName("edge.example.net")
    let explanation = explain(intervals: [
      interval(name, name, .a, .address(address), 1...2), interval(name, edge, .a, .address(address), 1...2),
    ])
    #expect(explanation.sources.map(\.chain) == [[], []])
  }

  @Test("for a moment of the past only what held then counts")
  func past() throws {
    let name = try DomainName("mcr.microsoft.com")
    let intervals = [
      interval(name, name, .a, .address(address), 100...200),
      interval(name, name, .a, .address(address), 500...600),
    ]
    let memberships = [try membership(510, 700), try membership(110, 300)]
    for (moment, sources, sets) in [
      (99, 0, 0), (100, 1, 0), (110, 1, 1), (199, 1, 1), (200, 0, 1), (300, 0, 0), (600, 0, 1),
    ] {
      let explanation = explain(at: Int64(moment), memberships: memberships, intervals: intervals)
      #expect(explanation.sources.count == sources, "\(moment)")
      #expect(explanation.current.count == sets, "\(moment)")
      #expect(explanation.failing.isEmpty)
    }
  }

  @Test("the summary answers the question in one sentence")
  func summary() throws {
    let name = try DomainName("mcr.microsoft.com")
    let seen = interval(name, name, .a, .address(address), 100...200)
    let key = seen.observation.key
    #expect(explain().summary == "20.0.0.2 was never seen")
    let shortened = Explanation(
      of: address, at: nil, memberships: [], intervals: [], aliases: [], rejections: [], questions: [],
      horizon: Timestamp(seconds: 86_400))
    #expect(
      shortened.summary == "20.0.0.2 was not seen since 1970-01-02T00:00:00Z, and nothing older is kept")
    #expect(explain(intervals: [seen]).summary == "20.0.0.2 was seen in DNS, but is in no set now")
    #expect(try explain(memberships: [membership(1, nil)]).summary == "20.0.0.2 is in mcr now")
    #expect(
      try explain(memberships: [membership(1, 300)]).summary
        == "20.0.0.2 is in no set now; it left mcr at 1970-01-01T00:05:00Z with generation 300")
    #expect(
      try explain(at: 5, memberships: [membership(1, 300)]).summary
        == "20.0.0.2 was in mcr at 1970-01-01T00:00:05Z")
    #expect(
      try explain(at: 500, memberships: [membership(1, 300)]).summary
        == "20.0.0.2 was in no set at 1970-01-01T00:08:20Z, and no tracked name gave it then")
    let rejection = Rejection(key: key, reason: .notGlobalUnicast, at: Timestamp(seconds: 50))
    #expect(
      explain(rejections: [rejection]).summary == "20.0.0.2 is in no set now: rejected (notGlobalUnicast)")
  }

  @Test("a vantage that fails now is named, because retention stands still there")
  func failing() throws {
    let name = try DomainName("mcr.microsoft.com")
    let questions = [Outcome.failure(.timeout), .answer].map {
      QuestionStatus(
        question: Question(name, .a), vantage: Vantage("branch"), outcome: $0, askedAt: now, succeededAt: nil,
        watched: 0)
    }
    let explanation = explain(
      intervals: [interval(name, name, .a, .address(address), 1...2)], questions: questions)
    #expect(explanation.failing == [questions[0]])
  }

  private func explain(
    at: Int64? = nil, memberships: [Membership] = [], intervals: [ObservedInterval] = [],
    aliases: [ObservedInterval] = [], rejections: [Rejection] = [], questions: [QuestionStatus] = []
  ) -> Explanation {
    Explanation(
      of: address, at: at.map { Timestamp(seconds: $0) }, memberships: memberships, intervals: intervals,
      aliases: aliases, rejections: rejections, questions: questions)
  }

  private func interval(
    _ name: DomainName, _ owner: DomainName, _ type: RecordType, _ data: RecordData,
    _ seconds: ClosedRange<Int64>,
    vantage: String = "branch"
  ) -> ObservedInterval {
    ObservedInterval(
      observation: Observation(
        key: ObservationKey(name: name, vantage: Vantage(vantage), owner: owner, type: type, data: data),
        firstSeen: Timestamp(seconds: seconds.lowerBound), lastSeen: Timestamp(seconds: seconds.upperBound),
        count: 1,
        ttl: TTL(wire: 60), watched: 0), until: Timestamp(seconds: seconds.upperBound))
  }

  /// The generations are numbered like their times.
  private func membership(_ entered: Int64, _ left: Int64?) throws -> Membership {
    func record(_ number: Int64) -> GenerationRecord {
      GenerationRecord(
        generation: Generation(number), at: Timestamp(seconds: number), digest: Digest(octets: []), size: 1)
    }
    return Membership(
      set: try #require(SetName("mcr")), entered: record(entered), left: left.map(record))
  }
}
