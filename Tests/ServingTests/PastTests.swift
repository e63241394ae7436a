import DNS
import Deciding
import Serving
import TestTools
import Testing

@Suite(.timeLimit(.minutes(10))) struct PastTests {
  @Test("the changes since a generation with when and why, and 410 when it isn't kept")
  func changes() async throws {
    var history = try Self.history()
    let set = try #require(SetName("mcr"))
    let name = try DomainName("mcr.microsoft.com")
    history.members = [Membership(set: set, entered: history.records[0], left: history.records[1])]
    history.observed = [
      ObservedInterval(
        observation: Observation(
          key: ObservationKey(
            name: name, vantage: Vantage("branch"), owner: name, type: .a,
            data: .address(IPAddress(v4: 0x1400_0001))),
          firstSeen: TestServer.at - .seconds(90_000), lastSeen: TestServer.at - .seconds(86_400), count: 9,
          ttl: TTL(wire: 60), watched: 0), until: TestServer.at)
    ]
    try await TestServer.run(["20.0.0.2", "20.0.0.3"], history: history) { server in
      let reply = try await server.curl("/v1/sets/mcr/changes?since=41")
      let left = TestServer.at - .seconds(86_400)
      #expect(
        reply.text.hasPrefix(
          "{\"set\":\"mcr\",\"from\":41,\"to\":42,\"add\":[\"20.0.0.3\"],\"remove\":[\"20.0.0.1\"],"
            + "\"added\":[{\"address\":\"20.0.0.3\","))
      #expect(
        reply.text.hasSuffix(
          "\"removed\":[{\"address\":\"20.0.0.1\",\"generation\":42,\"effective\":\"\(TestServer.at)\","
            + "\"last_seen\":\"\(left)\",\"reason\":\"expired\"}]}\n"))
      let all = try await server.curl("/v1/sets/mcr/changes?since=0")
      let facts = try await Tool.run(
        "jq", ["-r", ".add[], (.remove, .removed | length), (.added[] | .address, .generation, .effective)"],
        input: Array(all.body))
      let since = (TestServer.at - .seconds(300)).description
      #expect(
        facts.lines == ["20.0.0.2", "20.0.0.3", "0", "0", "20.0.0.2", "41", since, "20.0.0.3", "41", since])
      #expect(
        try await server.curl("/v1/sets/mcr/changes?since=42").text
          == "{\"set\":\"mcr\",\"from\":42,\"to\":42,\"add\":[],\"remove\":[],\"added\":[],\"removed\":[]}\n")
      for (since, status) in [("7", 410), ("43", 410), ("x", 400), ("-1", 400), ("", 400)] {
        #expect(try await server.curl("/v1/sets/mcr/changes?since=\(since)").status == status)
      }
      #expect(try await server.curl("/v1/sets/mcr/changes").status == 400)
    }
  }

  @Test("a snapshot is the same bytes while it is current and when it is old, and may be kept for ever")
  func snapshots() async throws {
    try await TestServer.run(["20.0.0.2", "20.0.0.3"], history: try Self.history()) { server in
      var bodies = [String: String]()
      for ending in ["txt", "json", "nft", "ipset"] {
        let reply = try await server.curl("/v1/sets/mcr/snapshots/42.\(ending)")
        #expect(reply.status == 200)
        #expect(reply.fields["cache-control"] == "public, max-age=31536000, immutable")
        #expect(reply.fields["x-postern-status"] == nil)
        bodies[ending] = reply.text
      }
      #expect(bodies["txt"] == "20.0.0.2/31\n")
      #expect(bodies["json"]?.contains("fqdns") == false)
      #expect(try await server.curl("/v1/sets/mcr/snapshots/41.txt").text == "20.0.0.1\n20.0.0.2\n")
      for (generation, status) in [("43", 404), ("7", 410)] {
        #expect(try await server.curl("/v1/sets/mcr/snapshots/\(generation).txt").status == status)
      }
      try server.sets.publish(TestServer.published(["20.0.0.7"], generation: 43))
      for (ending, body) in bodies {
        #expect(try await server.curl("/v1/sets/mcr/snapshots/42.\(ending)").text == body)
      }
    }
  }

  @Test("with since a format writes the differences to that generation, and 410 when it isn't kept")
  func since() async throws {
    try await TestServer.run(["20.0.0.2", "20.0.0.3"], history: try Self.history()) { server in
      let step = try await server.curl("/v1/sets/mcr.asa.cfg?since=41")
      #expect(
        step.text == """
          ! postern set=mcr since=41 generation=42
          object-group network mcr
           network-object 20.0.0.2 255.255.255.254
           no network-object host 20.0.0.1
           no network-object host 20.0.0.2

          """)
      #expect(try await server.curl("/v1/sets/mcr.asa.cfg?since=7").status == 410)
      #expect(
        try await server.curl("/v1/sets/mcr.asa.cfg?since=0").text.hasSuffix(
          "network-object 20.0.0.2 255.255.255.254\n"))
    }
  }

  @Test("the canonical link leads to the same bytes")
  func canonical() async throws {
    try await TestServer.run(history: try Self.history()) { server in
      for path in [
        "/v1/sets/mcr.txt", "/v1/sets/mcr.nft?family=4&name=acr&table=fw", "/v1/sets/mcr?aggregate=0",
      ] {
        let reply = try await server.curl(path)
        let link = try #require(reply.fields["link"]?.firstMatch(of: /<(.+)>/)?.1)
        #expect(try await server.curl(String(link)).body == reply.body)
      }
    }
  }

  @Test("the history of a name and of an address, as JSON and for passive DNS tools")
  func history() async throws {
    try await TestServer.run(history: try Self.history()) { server in
      let json = try await server.curl("/v1/history?name=mcr.microsoft.com")
      let types = try await Tool.run(
        "jq", ["-r", ".observations[] | \"\\(.type) \\(.data) \\(.vantage) \\(.count)\""],
        input: Array(json.body))
      #expect(types.lines == ["A 20.0.0.2 branch 9", "CNAME edge.example.net branch 9"])
      let cof = try await server.curl("/v1/history?address=20.0.0.0/24&format=cof")
      #expect(cof.fields["content-type"] == "application/x-ndjson")
      #expect(cof.text.contains("\"rrname\":\"edge.example.net\",\"rrtype\":\"A\",\"rdata\":\"20.0.0.2\""))
      let refused = [
        "", "?name=a..b", "?address=x", "?name=a&address=1.2.3.4", "?name=a&since=x", "?name=a&limit=0",
        "?name=a&x=1",
        "?name=a&limit=10001", "?name=a&since=2026-11-24&until=2026-11-23", "?name=a&format=xml",
        "?name=a&name=b",
      ]
      for query in refused { #expect(try await server.curl("/v1/history\(query)").status == 400, "\(query)") }
    }
  }

  @Test("an address is explained by sets, names, chain and vantage; one that was never seen says so")
  func explains() async throws {
    try await TestServer.run(history: try Self.history()) { server in
      let reply = try await server.curl("/v1/explain?ip=20.0.0.2")
      let facts = try await Tool.run(
        "jq",
        [
          "-r",
          """
          .summary, .member, .memberships[0].since_generation, .sources[0].name,
            .sources[0].chain[0].target, .sources[0].vantage
          """,
        ], input: Array(reply.body))
      #expect(
        facts.lines == [
          "20.0.0.2 is in mcr now", "true", "41", "mcr.microsoft.com", "edge.example.net", "branch",
        ])
      #expect(
        try await server.curl("/v1/explain?ip=20.0.0.2&at=2026-11-23T08:00:00Z").text.contains(
          "\"member\":false"))
      for query in ["", "?ip=x", "?ip=20.0.0.0/24", "?ip=20.0.0.2&at=soon"] {
        #expect(try await server.curl("/v1/explain\(query)").status == 400)
      }
    }
    try await TestServer.run(history: ScriptedHistory()) { server in
      let reply = try await server.curl("/v1/explain?ip=20.0.0.2")
      #expect(reply.text.contains("20.0.0.2 was never seen"))
    }
  }

  @Test("whether anybody looked is told with what was found, and a moment that went is 410, never nothing")
  func blind() async throws {
    var history = try Self.history()
    let (since, until) = (TestServer.at - .seconds(7200), TestServer.at - .seconds(3600))
    history.blind = [BlindSpan(since: since, until: until)]
    history.keptSince = TestServer.at - .seconds(86_400)
    try await TestServer.run(history: history) { server in
      let inside = (until - .seconds(60)).seconds
      let explained = try await server.curl("/v1/explain?ip=20.0.0.2&at=\(inside)")
      let span = "\"blind\":[{\"since\":\"\(since)\",\"until\":\"\(until)\"}]"
      #expect(explained.text.contains(span))
      #expect(explained.text.contains("nobody looked from \(since) to \(until)"))
      let now = try await server.curl("/v1/explain?ip=20.0.0.2")
      #expect(now.text.contains("\"blind\":[]"))
      #expect(try await server.curl("/v1/history?name=mcr.microsoft.com").text.contains(span))
      let gone = try await server.curl("/v1/explain?ip=20.0.0.2&at=2020-01-01")
      #expect(gone.status == 410)
      #expect(gone.text.contains("not kept any more, only what is since \(TestServer.at - .seconds(86_400))"))
      for path in [
        "sets/mcr/snapshots?at=2020-01-01", "history?name=mcr.microsoft.com&until=2020-01-01",
        "history?address=20.0.0.2&since=2020-01-01&until=2020-01-02&format=cof", "explain?ip=20.0.0.2&at=2d",
      ] {
        let gone = try await server.curl("/v1/\(path)")
        #expect(gone.status == 410 && gone.text.contains("not kept any more, only what is since"), "\(path)")
      }
      #expect(try await server.curl("/v1/sets/mcr/snapshots?at=x").status == 400)
      let one = try await server.curl("/v1/sets/mcr/snapshots?at=\((TestServer.at - .seconds(9)).seconds)")
      #expect(try await Tool.run("jq", [".snapshots[].generation"], input: Array(one.body)).lines == ["41"])
    }
  }

  @Test("decisions tell who, when and why; a policy is there with its digest")
  func decisions() async throws {
    var history = ScriptedHistory()
    history.decided = [
      Decision(
        id: 2, at: TestServer.at, kind: .configure, subject: "mcr", reason: "configuration", by: "postern",
        policy: "{}"),
      Decision(id: 1, at: TestServer.at, kind: .forget, subject: "20.0.0.1", reason: "moved", by: "anna"),
      Decision(id: 0, at: TestServer.at, kind: .configure, subject: "old", reason: "set removed", by: "ben"),
    ]
    try await TestServer.run(history: history) { server in
      let reply = try await server.curl("/v1/decisions")
      let pick = #".decisions[] | "\(.id) \(.kind) \(.subject) \(.reason) \(.by) \(.policy_sha256)""#
      // The digest is what sha256sum says of the policy's text.
      let empty = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
      #expect(
        try await Tool.run("jq", ["-r", pick], input: Array(reply.body)).lines == [
          "2 configure mcr configuration postern \(empty)", "1 forget 20.0.0.1 moved anna null",
          "0 configure old set removed ben null",
        ])
      #expect(reply.text.hasSuffix("\"by\":\"ben\",\"policy_sha256\":null,\"policy\":null}]}\n"))
      #expect(try await server.curl("/v1/decisions?limit=1").text.contains("anna") == false)
      #expect(try await server.curl("/v1/decisions?limit=0").status == 400)
    }
  }

  @Test("each name comes with its state, its questions and who saw it; what no set watches comes too")
  func names() async throws {
    try await TestServer.run(history: try Self.history()) { server in
      let reply = try await server.curl("/v1/names")
      let pick =
        #"\(.name) \(.state) \(.sets|length) \(.questions[0].outcome) \(.sightings) \(.sources[0].source)"#
      let facts = try await Tool.run("jq", ["-r", ".names[] | \"\(pick)\""], input: Array(reply.body))
      #expect(
        facts.lines == [
          "mcr.microsoft.com configured 1 timeout 7 office", "new.mcr.microsoft.com uncovered 0 null 2 ops",
          "west.data.mcr.microsoft.com quarantined 1 null 1 ops",
        ])
    }
  }

  @Test("a source tells its rate, what it refused with samples, and how far it was read")
  func sources() async throws {
    var history = try Self.history()
    var report = SourceReport(label: "dnsmasq:/l", kind: "dnsmasq")
    report.items = 10
    report.rate = 12.345
    report.refused = ["torn": 2]
    report.samples = [RefusedSample(fault: "torn", text: "Nov 23 \"q")]
    report.offset = 100
    report.size = 160
    history.reports = [StoredSourceReport(report: report, at: TestServer.at)]
    try await TestServer.run(history: history) { server in
      let reply = try await server.curl("/v1/sources")
      let pick =
        #"\(.source) \(.items) \(.items_per_second) \(.refused[0].items) \(.samples[0].text) \(.behind)"#
      let facts = try await Tool.run("jq", ["-r", ".sources[] | \"\(pick)\""], input: Array(reply.body))
      #expect(facts.lines == ["dnsmasq:/l 10 12.35 2 Nov 23 \"q 60"])
    }
  }

  @Test("a history that can't be read is our fault: 503, never 401 or 403, and the current sets go on")
  func broken() async throws {
    try await TestServer.run(history: ScriptedHistory(isBroken: true)) { server in
      for path in [
        "/v1/names", "/v1/history?name=a", "/v1/explain?ip=1.1.1.1", "/v1/sets/mcr/changes?since=1",
        "/v1/sets/mcr/snapshots/1.txt",
      ] {
        let reply = try await server.curl(path)
        #expect(reply.status == 503)
        #expect(reply.fields["retry-after"] != nil)
      }
      #expect(try await server.curl("/v1/sets/mcr.txt").status == 200)
    }
  }

  static func history() throws -> ScriptedHistory {
    let name = try DomainName("mcr.microsoft.com")
    let edge = try DomainName("edge.example.net")
    let (one, two, three) = (
      IPAddress(v4: 0x1400_0001), IPAddress(v4: 0x1400_0002), IPAddress(v4: 0x1400_0003)
    )
    let at = TestServer.at
    func interval(_ owner: DomainName, _ type: RecordType, _ data: RecordData) -> ObservedInterval {
      ObservedInterval(
        observation: Observation(
          key: ObservationKey(name: name, vantage: Vantage("branch"), owner: owner, type: type, data: data),
          firstSeen: at - .seconds(600), lastSeen: at, count: 9, ttl: TTL(wire: 60), watched: 0), until: nil)
    }
    func record(_ generation: Int64, _ before: Int, _ addresses: [IPAddress]) -> GenerationRecord {
      GenerationRecord(
        generation: Generation(generation), at: at - .seconds(before),
        digest: .init(octets: Array(repeating: 1, count: 32)),
        size: addresses.count)
    }
    let current = try TestServer.published(["20.0.0.2", "20.0.0.3"]).snapshot
    var history = ScriptedHistory()
    history.records = [
      record(41, 300, [one, two]),
      GenerationRecord(generation: Generation(42), at: at, digest: current.digest, size: 2),
    ]
    history.content = [Generation(41): [one, two], Generation(42): [two, three]]
    history.observed = [interval(edge, .a, .address(two)), interval(name, .cname, .name(edge))]
    history.members = [
      Membership(set: try #require(SetName("mcr")), entered: history.records[0], left: nil)
    ]
    history.asked = [
      QuestionStatus(
        question: Question(name, .a), vantage: Vantage("branch"), outcome: .failure(.timeout), askedAt: at,
        succeededAt: nil, watched: 0)
    ]
    history.learned = [
      LearnedName(
        name: try DomainName("west.data.mcr.microsoft.com"), state: .quarantined, firstSighted: at,
        lastSighted: at,
        sightings: 1, sources: ["ops"], denials: 0, resolvedAt: nil)
    ]
    history.seen = [
      NameSightings(
        name: name, sources: [SourceSighting(source: "office", first: at - .seconds(9), last: at, count: 7)])
    ]
    history.uncovered = [
      UncoveredName(
        name: try DomainName("new.mcr.microsoft.com"), relation: .sameParent,
        sources: [SourceSighting(source: "ops", first: at, last: at, count: 2)])
    ]
    return history
  }
}
