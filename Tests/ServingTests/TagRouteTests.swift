import DNS
import Deciding
import Foundation
import TestTools
import Testing

@testable import Serving

@Suite(.timeLimit(.minutes(2))) struct TagRouteTests {
  private func book() throws -> TagBook {
    func tag(_ name: String, _ prefixes: String...) throws -> ServiceTag {
      ServiceTag(
        name: try #require(TagName(name)), change: 20,
        prefixes: try prefixes.map { try #require(IPPrefix($0)) })
    }
    let file = ServiceTagFile(
      cloud: .publicCloud, change: 363,
      tags: [
        try tag("AzureFrontDoor.FirstParty", "150.171.69.0/24", "150.171.70.0/23", "2603:1061:f::/48"),
        try tag("AzureCloud", "150.171.0.0/16"),
      ])
    return TagBook([
      TagEdition(
        id: 1, file: file, importedAt: TestServer.at, asOf: TestServer.at - .seconds(60),
        source: "/a \"file\".json")
    ])
  }

  private func jq(_ program: String, _ reply: TestServer.Reply) async throws -> String {
    try await Tool.run("jq", ["-c", program], input: Array(reply.body)).text.trimmingCharacters(in: .newlines)
  }

  @Test("a person can see how wide the hole is: what is kept, what is outside the tags, and who shares it")
  func tags() async throws {
    try await TestServer.run(tags: try book()) { server in
      let reply = try await server.curl("/v1/tags")
      #expect(reply.status == 200 && reply.fields["content-type"] == "application/json")
      #expect(
        try await jq(".editions[0] | [.cloud, .change, .tags, .prefixes, .old, .source]", reply)
          == #"["public",363,2,4,false,"/a \"file\".json"]"#)
      #expect(
        try await jq(".sets[0] | [.set, .rule, .addresses, .outside, .shared, .shared_with, .lapse]", reply)
          == #"["mcr","report",5,["20.0.0.0","20.0.0.1"],3,[{"name":"AzureFrontDoor.FirstParty","addresses":3}],null]"#
      )
      let set = try await server.curl("/v1/sets/mcr/tags")
      #expect(
        try await jq(
          ".addresses[] | select(.ip == \"150.171.69.10\") | [.tags[].tag, .tags[0].prefix, .shared_with, .names, .tag_verdicts[0].verdict]",
          set)
          == #"["AzureFrontDoor.FirstParty","AzureCloud","150.171.69.0/24",["AzureFrontDoor.FirstParty"],1,"expected"]"#
      )
      #expect(
        try await jq("[.addresses[] | select(.tag_verdicts[0].verdict == \"outside\") | .ip]", set)
          == #"["20.0.0.0","20.0.0.1"]"#)
      #expect(try await server.curl("/v1/sets/pending/tags").status == 503)
      #expect(try await server.curl("/v1/sets/none/tags").status == 404)
      #expect(try await server.curl("/v1/tags?x=1").status == 400)
      #expect(try await server.curl("/v1/tags", ["-I"]).status == 200)
      let metrics = try await server.curl("/metrics").text
      for line in [
        "postern_service_tags_change_number{cloud=\"public\"} 363",
        "postern_service_tags_age_seconds{cloud=\"public\"} 60",
        "postern_set_addresses_outside_tags{set=\"mcr\"} 2", "postern_set_shared_addresses{set=\"mcr\"} 3",
        "postern_set_tags_lapsed{set=\"mcr\"} 0",
      ] { #expect(metrics.contains(line + "\n"), "\(line)") }
    }
  }

  @Test(
    "an explanation tells the tags of the address, and a set's own bytes stay the same whatever is imported")
  func explained() async throws {
    for book in [TagBook(), try book()] {
      try await TestServer.run(history: ScriptedHistory(), tags: book) { server in
        let reply = try await server.curl("/v1/explain?ip=150.171.69.10")
        #expect(
          try await jq("[.tags[].tag]", reply)
            == (book.isEmpty ? "[]" : #"["AzureFrontDoor.FirstParty","AzureCloud"]"#))
        #expect(
          try await jq(".tags[0] | [.change, .imported_at]", reply)
            == (book.isEmpty ? "[null,null]" : #"[363,"\#(TestServer.at)"]"#))
        #expect(try await !server.curl("/v1/sets/mcr.json").text.contains("shared_with"))
      }
    }
  }

  @Test("an explanation of a past moment tells the tags of then, and no verdict by the rules of now")
  func past() async throws {
    var history = ScriptedHistory()
    history.tags = try book()
    try await TestServer.run(history: history, tags: TagBook()) { server in
      let then = try await server.curl("/v1/explain?ip=150.171.69.10&at=2026-01-01")
      #expect(try await jq("[.tags[].tag]", then) == #"["AzureFrontDoor.FirstParty","AzureCloud"]"#)
      #expect(try await jq(".tag_verdicts", then) == "[]")
      #expect(try await jq(".tags", try await server.curl("/v1/explain?ip=150.171.69.10")) == "[]")
    }
  }

  @Test("tags are open to whoever may read, and to nobody else")
  func closed() async throws {
    let reader = TestServer.principal("reader", "word", scopes: [.read])
    try await TestServer.run(principals: [reader], isRestricted: true, tags: try book()) { server in
      for path in ["/v1/tags", "/v1/sets/mcr/tags"] {
        let stranger = try await server.curl(path)
        #expect(stranger.status == 401)
        let known = try await server.curl(path, ["-H", "Authorization: Bearer word"])
        #expect(known.status == 200)
      }
    }
  }
}
