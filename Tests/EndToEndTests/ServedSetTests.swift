import Foundation
import TestTools
import Testing

extension EndToEnd {
  @Suite struct ServedSetTests {
    static let names =
      ["mcr.microsoft.com"]
      + [
        "eastus", "westus", "westus2", "centralus", "westcentralus", "northeurope", "westeurope", "eastasia",
        "southeastasia",
      ].map { "\($0).data.mcr.microsoft.com" }

    @Test(
      "what is served is what DNS says of all names, and the same bytes come from HTTP, 'set' and 'export'")
    func agrees() async throws {
      try await World.run { world in
        try await world.move(to: ["150.171.69.10", "150.171.70.10", "20.0.0.0", "20.0.0.1"])
        try await Service.run(upstream: world.upstream) { service in
          try await eventually("four addresses") { try await world.dig("mcr.microsoft.com", "A").count == 4 }
          try await service.startAndPublish()
          var expected = Set<String>()
          for name in Self.names {
            expected.formUnion(try await world.dig(name, "A"))
            expected.formUnion(try await world.dig(name, "AAAA"))
          }
          #expect(expected.count == 6)
          try #expect(await Set(service.addresses()) == expected)

          var served = [String: Data]()
          for (query, options) in Self.forms {
            let reply = try await service.get("/v1/sets/mcr?\(query)")
            try #require(reply.status == 200, "\(query): \(reply.head)")
            served[query] = reply.body
            try await Self.expectSame(reply.body, options, service, "\(query) while it runs")
          }
          #expect(await service.end() == 0)
          for (query, options) in Self.forms where options.contains("plain") || options.contains("nft") {
            try await Self.expectSame(
              try #require(served[query]), options, service, "\(query) after it ended")
          }
        }
      }
    }

    static let forms: [(String, [String])] = [
      ("format=plain", ["--format", "plain"]),
      ("format=plain&family=4&aggregate=0", ["--format", "plain", "--family", "4", "--no-aggregate"]),
      ("format=json", ["--format", "json"]),
      ("format=ipset&family=6", ["--format", "ipset", "--family", "6"]),
      ("format=ipset", ["--format", "ipset"]),
      ("format=nft", ["--format", "nft"]),
      ("format=plain&family=4&cidr=always", ["--format", "plain", "--family", "4", "--cidr", "always"]),
    ]

    private static func expectSame(_ bytes: Data, _ options: [String], _ service: Service, _ what: String)
      async throws
    {
      let shown = try await Tool.run(
        try Service.program(), ["set", "mcr", "--config", service.configuration] + options)
      #expect(shown.output == bytes, "set: \(what)")
      let file = service.folder.appending(path: "exported").path
      let export = try await Tool.run(
        try Service.program(),
        ["export", "mcr", "--output", file, "--config", service.configuration] + options)
      try #require(export.status == 0, "\(export.errors)")
      #expect(try Data(contentsOf: URL(filePath: file)) == bytes, "export: \(what)")
    }

    @Test(
      "an address that DNS moves to is served within two refreshes; the old one leaves after its retention")
    func moves() async throws {
      try await World.run { world in
        try await Service.run(upstream: world.upstream) { service in
          try await service.startAndPublish()
          let first = try #require(await service.version())
          try await world.move(to: ["150.171.70.10", "150.171.73.5"])
          let moved = ContinuousClock.now
          try await eventually("the new address", within: .seconds(5)) {
            try await service.addresses().contains("150.171.73.5")
          }
          #expect(
            try await service.addresses().contains("150.171.69.10"), "the old one stays for its retention")
          // A moment between the arrival and the departure, in whole seconds.
          let between = Date.now.formatted(.iso8601)
          try await eventually("the departure of the old address", within: .seconds(12)) {
            try await !service.addresses().contains("150.171.69.10")
          }
          #expect(ContinuousClock.now - moved >= .seconds(3))
          let last = try #require(await service.version())

          struct Changes: Decodable {
            let from, to: Int
            let add, remove: [String]
            let added: [Added]
            let removed: [Removed]
            struct Added: Decodable {
              let address: String
              let names: [String]
              let generation: Int
            }
            struct Removed: Decodable {
              let address, reason, effective: String
            }
          }
          let reply = try await service.get("/v1/sets/mcr/changes?since=\(first.generation)")
          let changes = try JSONDecoder().decode(Changes.self, from: reply.body)
          #expect(changes.from == first.generation && changes.to == last.generation)
          #expect(changes.add == ["150.171.73.5"] && changes.remove == ["150.171.69.10"])
          #expect(
            changes.added.map(\.address) == changes.add && changes.removed.map(\.address) == changes.remove)
          #expect(changes.added.first?.names.contains("mcr.microsoft.com") == true)
          #expect(changes.removed.first?.reason == "expired")

          let diff = try await service.postern("diff", "mcr", "--from", "\(first.generation)")
          #expect(diff.lines.dropFirst() == ["+ 150.171.73.5", "- 150.171.69.10"])
          let now = try await service.postern("explain", "150.171.69.10")
          #expect(now.text.contains("is in no set now") && now.text.contains("mcr.trafficmanager.net"))
          let then = try await service.postern("explain", "150.171.69.10", "--at", between)
          #expect(then.text.contains("was in mcr"), "\(then.text)")
          #expect(try await service.postern("explain", "192.0.2.99").status == 5)
          let history = try await service.postern("history", "mcr.microsoft.com")
          #expect(history.text.contains("150.171.69.10") && history.text.contains("150.171.73.5"))
          for arguments in [
            ["history", "150.171.69.10", "--cof"], ["history", "mcr.microsoft.com", "--json"],
            ["names", "--json"],
            ["explain", "150.171.73.5", "--json"], ["diff", "--json"], ["set", "--json"],
            ["doctor", "--json"],
            ["profiles", "--json"], ["config", "check", "--json"],
            ["resolve", "mcr.microsoft.com", "--json"],
          ] {
            let outcome = try await Tool.run(
              try Service.program(),
              arguments + (arguments[0] == "profiles" ? [] : ["--config", service.configuration]))
            #expect(outcome.status == 0, "\(arguments): \(outcome.errors)")
            #expect(try await isJSONLines(outcome.output), "\(arguments): \(outcome.text)")
          }
        }
      }
    }
  }
}
