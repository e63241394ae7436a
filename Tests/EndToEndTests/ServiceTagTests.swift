import Foundation
import TestTools
import Testing

extension EndToEnd {
  @Suite struct ServiceTagTests {
    private func fixture(_ cloud: String) throws -> String {
      try String(
        contentsOf: Tool.repository.appending(path: "Tests/DecidingTests/Fixtures/ServiceTags_\(cloud).json"),
        encoding: .utf8)
    }

    private func kinds(_ service: Service) async throws -> [String] {
      try await Tool.run("sqlite3", [service.history, "SELECT kind || ' ' || subject FROM event"]).lines
    }

    @Test("imported tags annotate what is held; what leaves its tag is told by event, metric, doctor and API")
    func reported() async throws {
      try await World.run { world in
        try await Tool.withFolder { folder in
          let file = folder.appending(path: "ServiceTags_Public_20250721.json")
          try fixture("Public").write(to: file, atomically: true, encoding: .utf8)
          let rest = "serviceTags: [{ file: '\(folder.path)/ServiceTags_Public_*.json', cloud: public }]"
          try await Service.run(upstream: world.upstream, set: "retention: 1s", rest: rest) { service in
            try await service.startAndPublish()
            try await eventually("the import") {
              try await service.get("/v1/tags").text.contains("\"change\":363")
            }
            let explained = try await service.postern("explain", "150.171.69.10")
            #expect(
              explained.text.contains("service tag AzureFrontDoor.FirstParty (public) by 150.171.69.0/24"),
              "\(explained.text)")
            #expect(explained.text.contains("shared: AzureFrontDoor.FirstParty"))
            let listed = try await service.postern("set", "--json")
            #expect(
              listed.text.contains(
                #""tags":["AzureFrontDoor.FirstParty"],"shared_with":["AzureFrontDoor.FirstParty"]"#),
              "\(listed.text)")
            let csv = try await service.postern("set", "--format", "csv", "--no-aggregate")
            #expect(csv.lines.first?.hasSuffix(",tags,shared_with") == true)
            #expect(
              csv.lines.contains {
                $0.hasPrefix("150.171.69.10,4,")
                  && $0.hasSuffix(",AzureFrontDoor.FirstParty,AzureFrontDoor.FirstParty")
              })
            let compared = try await service.postern("tags", "compare", "mcr", "AzureFrontDoor.FirstParty")
            #expect(
              compared.text.contains("49424") && compared.text.contains("every observed address"),
              "\(compared.text)")
            #expect(
              try await service.postern("doctor").text.contains(
                "4 of 4 addresses are in ranges that AzureFrontDoor.FirstParty shares"))

            try await world.move(to: ["150.171.84.10", "150.171.69.10"])
            try await eventually("the flag") {
              try await service.get("/metrics").text.contains(
                "postern_set_addresses_outside_tags{set=\"mcr\"} 1\n")
            }
            #expect(try await service.addresses().contains("150.171.84.10"), "report publishes")
            #expect(try await kinds(service).contains("tag.outside 150.171.84.10"))
            #expect(
              try await service.postern("doctor").text.contains(
                " addresses are outside its service tags (150.171.84.10)"))

            // A week later the edge's prefix has moved to another tag.
            let moved = try fixture("Public").replacing("\"changeNumber\":363", with: "\"changeNumber\":364")
              .replacing(
                "\"150.171.69.0/24\",", with: ""
              ).replacing("\"150.171.84.0/22\",", with: "\"150.171.69.0/24\",\"150.171.84.0/22\",")
            try moved.write(
              to: folder.appending(path: "ServiceTags_Public_20250728.json"), atomically: true,
              encoding: .utf8)
            try await eventually("the second import") {
              try await service.get("/v1/tags").text.contains("\"change\":364")
            }
            try await eventually("its events") {
              let kinds = try await kinds(service)
              return [
                "tag.left 150.171.69.10", "tag.entered 150.171.69.10", "tag.near 150.171.69.0/24",
                "tag.imported public",
              ]
              .allSatisfy(kinds.contains)
            }
            // A file that is no file leaves what is kept, and is told once.
            try "{".write(
              to: folder.appending(path: "ServiceTags_Public_20250804.json"), atomically: true,
              encoding: .utf8)
            try await eventually("the refusal") {
              try await kinds(service).contains { $0.hasPrefix("tag.refused") }
            }
            #expect(try await service.get("/v1/tags").text.contains("\"change\":364"))
            let history = try await service.postern(
              "tags", "history", "AzureFrontDoor.Frontend", "--limit", "1")
            #expect(history.text.contains("+150.171.69.0/24"), "\(history.text)")
          }
        }
      }
    }

    @Test(
      "a set of service tags goes from the import to every reader, beside the set of names, and through its guards"
    )
    func fromTags() async throws {
      try await World.run { world in
        let tags = """
          retention: 1s }
            mcr-tags: { fromTags: [AzureFrontDoor.FirstParty, MicrosoftContainerRegistry], families: [ipv4]
          """
        try await Service.run(upstream: world.upstream, set: tags) { service in
          try await service.startAndPublish()
          let named = try await service.addresses()
          #expect(try await service.get("/v1/sets/mcr-tags").status == 503, "never an empty set")
          let notReady = try await service.get("/readyz")
          #expect(notReady.status == 503 && notReady.text.contains("postern tags import"), "\(notReady.text)")
          let file = service.folder.appending(path: "tags.json").path
          try fixture("Public").write(toFile: file, atomically: true, encoding: .utf8)
          #expect(try await service.postern("tags", "import", file).status == 0)
          try await eventually("the set of tags") { try await service.get("/v1/sets/mcr-tags").status == 200 }
          #expect(try await service.get("/readyz").status == 200)
          let list = try await service.get("/v1/sets/mcr-tags").text.split(separator: "\n")
          #expect(list.contains("150.171.69.0/24") && list.count > 20, "\(list.count)")
          #expect(try await service.addresses() == named, "the set of names is as it was")

          let explained = try await service.postern("explain", "150.171.69.77")
          #expect(explained.text.contains("150.171.69.77 is in mcr-tags now"), "\(explained.text)")
          #expect(
            explained.text.contains(
              "service tag AzureFrontDoor.FirstParty (public) by 150.171.69.0/24, change 363 imported "))
          let doctor = try await service.postern("doctor").text
          #expect(
            doctor.contains("set mcr-tags: it opens ") && doctor.contains(" of set mcr, "), "\(doctor)")
          let compared = try await service.postern("tags", "compare", "mcr-tags")
          #expect(
            compared.status == 0 && compared.text.contains("every observed address is in the tags"),
            "\(compared.text)")
          let names = try await service.postern("names", "mcr")
          #expect(names.text.contains("AzureFrontDoor.FirstParty "), "\(names.text)")
          #expect(try await service.get("/v1/names").text.contains(#""tag":"AzureFrontDoor.FirstParty""#))

          // Another edition: one prefix more, then almost none left.
          let next = try fixture("Public").replacing("\"changeNumber\":363", with: "\"changeNumber\":364")
            .replacing("\"150.171.69.0/24\",", with: "\"150.171.69.0/24\",\"40.90.0.0/24\",")
          try next.write(toFile: file, atomically: true, encoding: .utf8)
          #expect(try await service.postern("tags", "import", file).status == 0)
          try await eventually("its generation") {
            try await service.get("/v1/sets/mcr-tags/version").text.contains("\"generation\":2")
          }
          let step = try await service.postern("diff", "mcr-tags")
          #expect(
            step.text.contains("+ 40.90.0.0/24") && step.lines.count { $0.hasPrefix("-") } == 0,
            "\(step.text)")
          #expect(try await kinds(service).contains("tag.set mcr-tags"))
          let small = """
            {"changeNumber":365,"cloud":"Public","values":[{"name":"AzureFrontDoor.FirstParty","id":"x","properties":
            {"changeNumber":9,"addressPrefixes":["150.171.69.0/24"]}}]}
            """
          try small.write(toFile: file, atomically: true, encoding: .utf8)
          #expect(try await service.postern("tags", "import", file).errors.contains("--force"))
          #expect(try await service.postern("tags", "import", file, "--force").status == 0)
          try await eventually("the guard") {
            try await service.get("/v1/sets/mcr-tags/version").text.contains("\"status\":\"held\"")
          }
          #expect(try await service.get("/v1/sets/mcr-tags").text.split(separator: "\n").count > 20)
          #expect(try await service.postern("approve", "mcr-tags", "--reason", "it is right").status == 0)
          try await eventually("what was approved") {
            try await service.get("/v1/sets/mcr-tags").text == "150.171.69.0/24\n"
          }
          let past = try await service.get("/v1/sets/mcr-tags/snapshots/2.txt").text
          #expect(past.contains("40.90.0.0/24"))
          let exported = service.folder.appending(path: "tags.nft").path
          #expect(
            try await service.postern("export", "mcr-tags", "--format", "nft", "--output", exported).status
              == 0)
          #expect(try String(contentsOfFile: exported, encoding: .utf8).contains("150.171.69.0/24"))
          #expect(await service.end() == 0)
          try await service.startAndPublish()
          #expect(try await service.get("/v1/sets/mcr-tags").text == "150.171.69.0/24\n")
          let replayed = try await service.postern("replay", "--set", "mcr-tags")
          #expect(
            replayed.status == 0 && replayed.text.contains("mcr-tags up to generation"),
            "\(replayed.text)\(replayed.errors)")
          let changes = try await service.get("/v1/sets/mcr-tags/changes?since=2").text
          #expect(
            changes.contains(#""address":"40.90.0.0/24""#) && changes.contains("untagged"), "\(changes)")

          // A person cuts a part out, and an import doesn't bring it back.
          let forget = try await service.postern("forget", "150.171.69.10")
          #expect(forget.status == 0, "names give this one too")
          let refused = try await service.postern("forget", "150.171.69.11")
          #expect(
            refused.status == 5 && refused.errors.contains("Try: 'exclude: [{ prefix: 150.171.69.11"),
            "\(refused.errors)")
          #expect(await service.end() == 0)
          try service.configure(
            try String(contentsOfFile: service.configuration, encoding: .utf8).replacing(
              "families: [ipv4]",
              with: "families: [ipv4], exclude: [{ prefix: 150.171.69.0/26, reason: ticket 7 }]"))
          try await service.startAndPublish()
          let rest = "150.171.69.64/26\n150.171.69.128/25\n"
          try await eventually("the cut") { try await service.get("/v1/sets/mcr-tags").text == rest }
          try small.replacing("365", with: "366").write(toFile: file, atomically: true, encoding: .utf8)
          #expect(try await service.postern("tags", "import", file).status == 0)
          try await eventually("the import") {
            try await service.get("/v1/tags").text.contains("\"change\":366")
          }
          #expect(try await service.get("/v1/sets/mcr-tags").text == rest)
          let why = try await service.postern("explain", "150.171.69.11")
          #expect(
            why.status == 0 && why.text.contains("is in no set now: mcr-tags excludes it")
              && why.text.contains("set mcr-tags excludes 150.171.69.0/26 since ")
              && why.text.contains(": ticket 7"), "\(why.text)")
          #expect(
            try await service.get("/v1/explain?ip=150.171.69.11").text.contains(
              #""exclusions":[{"set":"mcr-tags","prefix":"150.171.69.0/26","reason":"ticket 7""#))
          let cut = try await service.get("/v1/sets/mcr-tags/changes?since=3").text
          #expect(cut.contains("excluded"), "\(cut)")
          let same = try await service.postern("replay", "--set", "mcr-tags")
          #expect(same.status == 0, "\(same.text)\(same.errors)")
        }
      }
    }

    @Test("enforced tags keep an address out and in the history; without a file nothing is kept out")
    func enforced() async throws {
      try await World.run { world in
        let set = "retention: 1s, families: [ipv4], tags: enforce"
        try await Service.run(upstream: world.upstream, set: set) { service in
          try await service.startAndPublish()
          #expect(
            try await service.get("/readyz").text.contains(
              "no service tags of the public cloud were imported"))
          let path = Tool.repository.appending(path: "Tests/DecidingTests/Fixtures/ServiceTags_Public.json")
            .path
          // As of now, whenever this repository was checked out.
          let fresh = service.folder.appending(path: "tags.json").path
          try Data(contentsOf: URL(filePath: path)).write(to: URL(filePath: fresh))
          let imported = try await service.postern("tags", "import", fresh)
          #expect(imported.status == 0, "\(imported.errors)")
          try await eventually("the bound") { try await kinds(service).contains("tag.enforced mcr") }
          try await world.move(to: ["150.171.84.10", "150.171.69.10"])
          try await eventually("the rejection") {
            try await kinds(service).contains("address.rejected 150.171.84.10")
          }
          #expect(try await service.addresses().contains("150.171.69.10"))
          #expect(try await !service.addresses().contains("150.171.84.10"))
          let explained = try await service.postern("explain", "150.171.84.10")
          #expect(explained.text.contains("rejected (outsideServiceTags)"), "\(explained.text)")
          #expect(explained.text.contains("outside the service tags that set mcr expects"))
          #expect(await service.end() == 0)
          // A restart keeps it out from the first answer.
          try await service.startAndPublish()
          try await Task.sleep(for: .seconds(2))
          #expect(try await !service.addresses().contains("150.171.84.10"))
          // Going back asks for the word.
          let old = try String(contentsOfFile: fresh, encoding: .utf8).replacing(
            "\"changeNumber\":363", with: "\"changeNumber\":362")
          try old.write(toFile: fresh, atomically: true, encoding: .utf8)
          let refused = try await service.postern("tags", "import", fresh)
          #expect(refused.status == 1 && refused.errors.contains("--force"), "\(refused.errors)")
          #expect(try await service.postern("tags", "import", fresh, "--force").status == 0)
          let china = try await service.postern("tags", "import", fresh, "--cloud", "china")
          #expect(china.status == 1 && china.errors.contains("of the public cloud"), "\(china.errors)")
        }
      }
    }
  }
}
