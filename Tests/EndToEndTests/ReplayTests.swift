import Foundation
import TestTools
import Testing

extension EndToEnd {
  @Suite struct ReplayTests {
    @Test(
      "a recorded run with a kill in its middle is replayed generation for generation; an altered lookup is found"
    )
    func recorded() async throws {
      try await World.run { world in
        try await Service.run(upstream: world.upstream) { service in
          try await service.startAndPublish()
          try await move(world, service, from: 1, to: 3)
          #expect(await service.end(SIGKILL) != 0)
          try await service.start()
          try await move(world, service, from: 4, to: 6)
          let during = try await service.postern("replay")
          #expect(during.status == 0, "\(during.text)\(during.errors)")
          #expect(await service.end() == 0)
          let whole = try await service.postern("replay", "--json")
          #expect(whole.status == 0, "\(whole.text)\(whole.errors)")
          let last = try await Tool.run(
            "sqlite3", [service.history, "SELECT max(serial) FROM generation"]
          ).lines.first
          let count = try await Tool.run("jq", [".same_generations"], input: Array(whole.output)).lines.first
          #expect(count == last)

          let alter = "UPDATE answer SET content = replace(content, '150.171.90.3', '150.171.90.33')"
          #expect(try await Tool.run("sqlite3", [service.history, alter]).status == 0)
          let altered = try await service.postern("replay")
          #expect(altered.status == 1)
          #expect(altered.text.contains("- 150.171.90.3\n"), "\(altered.text)")
          #expect(altered.text.contains("+ 150.171.90.33"), "\(altered.text)")
        }
      }
    }

    @Test("a set that leaves the configuration and comes back leaves no word of it, or is replayed otherwise")
    func dropped() async throws {
      try await World.run { world in
        try await Service.run(upstream: world.upstream) { service in
          let one = try String(contentsOfFile: service.configuration, encoding: .utf8)
          let extra = "  extra: { names: [mcr.microsoft.com], refresh: { floor: 300ms, ceiling: 1s } }\n"
          func run(_ text: String, movingTo number: Int) async throws {
            try service.configure(text)
            try await service.startAndPublish()
            try await move(world, service, from: number, to: number)
            if text != one {
              try await eventually("address \(number) enters the other set") {
                try await service.get("/v1/sets/extra?aggregate=0").text.contains("150.171.90.\(number)")
              }
            }
            #expect(await service.end() == 0)
          }
          let two = one.replacing("sets:\n", with: "sets:\n\(extra)")
          try await run(two, movingTo: 1)
          try await run(one, movingTo: 2)
          try await run(two, movingTo: 3)
          let decided = try await service.postern("decisions", "--json")
          let pick =
            #"select(.subject == "extra") | "\(.kind) \(.reason) \(.by | length > 0) \(.policy != null)""#
          #expect(
            try await Tool.run("jq", ["-r", pick], input: Array(decided.output)).lines == [
              "configure configuration: set added true true",
              "configure configuration: set removed true false",
              "configure configuration: set added true true",
            ], "\(decided.text)")
          let replayed = try await service.postern("replay")
          #expect(replayed.status == 0 && replayed.text.contains("extra up to"), "\(replayed.text)")
        }
      }
    }

    @Test("a policy is tried on what was recorded, before it is made")
    func trial() async throws {
      try await World.run { world in
        try await Service.run(upstream: world.upstream, set: "retention: 2s") { service in
          try await service.startAndPublish()
          try await move(world, service, from: 1, to: 3)
          #expect(await service.end() == 0)
          let file = service.folder.appending(path: "longer.yaml")
          try "sets: { mcr: { profile: mcr-global, retention: 1h } }".write(
            to: file, atomically: true, encoding: .utf8)
          let tried = try await service.postern("replay", "--policy", file.path, "--json")
          #expect(tried.status == 0, "\(tried.errors)")
          let pick =
            "[.most_more > 0, .most_less == 0, .tried.average_addresses > .recorded.average_addresses]|all"
          #expect(
            try await Tool.run("jq", [pick], input: Array(tried.output)).lines == ["true"], "\(tried.text)")
        }
      }
    }

    @Test(
      "sets, differences and explanations of past moments, by command and HTTP; who configured and decided what"
    )
    func moments() async throws {
      try await World.run { world in
        try await Service.run(upstream: world.upstream, set: "retention: 2s") { service in
          try await service.startAndPublish()
          try await move(world, service, from: 1, to: 1)
          try await Task.sleep(for: .milliseconds(1100))
          let moment = "\(Int(Date.now.timeIntervalSince1970))"
          try await move(world, service, from: 2, to: 2)
          try await eventually("the first address leaves") {
            try await !service.addresses().contains("150.171.90.1")
          }
          let then = try await service.postern("set", "--at", moment, "--no-aggregate")
          #expect(then.lines.contains("150.171.90.1") && !then.lines.contains("150.171.90.2"), "\(then.text)")
          let step = try await service.postern("diff", "--from", moment, "--json")
          let entered = try await Tool.run(
            "jq", ["-r", ".entered[], \"left\", .left[]"], input: Array(step.output)
          ).lines
          #expect(entered.contains("150.171.90.2") && entered.contains("150.171.90.1"), "\(step.text)")
          let generation = try await Tool.run("jq", [".to"], input: Array(step.output)).text.prefix {
            $0 != "\n"
          }
          for (query, words) in [
            ("from=\(moment)&to=\(generation)", ["--from", moment, "--to", String(generation)]),
            ("from=0&to=\(moment)", ["--from", "0", "--to", moment]),
          ] {
            let served = try await service.get("/v1/sets/mcr/diff?\(query)")
            let told = try await service.postern("diff", ["--json"] + words)
            #expect(served.status == 200 && served.body == told.output, "\(served.text)\(told.text)")
            let text = try await service.get("/v1/sets/mcr/diff?\(query)&format=text")
            #expect(try await service.postern("diff", words).output == text.body, "\(text.text)")
          }
          let why = try await service.postern("explain", "150.171.90.1", "--at", moment)
          #expect(why.text.contains("150.171.90.1 was in mcr at"), "\(why.text)")
          #expect(!why.text.contains("nobody looked"))
          #expect(
            try await service.get("/v1/explain?ip=150.171.90.1&at=\(moment)").text.contains("\"blind\":[]"))
          let before = try await service.postern("explain", "150.171.90.1", "--at", "2020-01-01")
          #expect(before.text.contains("nobody looked before"), "\(before.text)")
          let listed = try await service.get("/v1/sets/mcr/snapshots?at=\(moment)")
          let count = try await Tool.run("jq", [".snapshots | length"], input: Array(listed.body)).lines
          #expect(count == ["1"], "\(listed.text)")
          let cof = try await service.postern("history", "150.171.90.1", "--cof")
          #expect(try await isJSONLines(cof.output))
          #expect(cof.text.contains("\"sensor_id\":\"world\""))
          let decided = try await service.postern("decisions")
          #expect(decided.text.contains("configure"), "\(decided.text)")
          #expect(try await service.get("/v1/decisions").text.contains("\"policy_sha256\""))
          // What went is said to be gone, not to have been nothing.
          #expect(await service.end() == 0)
          let future = "INSERT INTO horizon VALUES ('history', \(moment)999)"
          #expect(try await Tool.run("sqlite3", [service.history, future]).status == 0)
          let gone = try await service.postern("explain", "150.171.90.1", "--at", moment)
          #expect(
            gone.status == 5 && gone.errors.contains("is not kept any more, only what is since"),
            "\(gone.errors)")
          let none = try await service.postern("history", "150.171.90.1", "--until", moment)
          #expect(none.status == 5 && none.errors.contains("is not kept any more, only"), "\(none.errors)")
          let early = try await service.postern("replay", "--until", "2020-01-01")
          #expect(early.status == 5 && early.errors.contains("replayed since 2"), "\(early.errors)")
          let doctor = try await service.postern("doctor")
          #expect(doctor.text.contains("moments can be asked since"), "\(doctor.text)")
        }
      }
    }

    private func move(_ world: World, _ service: Service, from first: Int, to last: Int) async throws {
      for number in first...last {
        try await world.move(to: ["150.171.90.\(number)"])
        try await eventually("address \(number) enters") {
          try await service.addresses().contains("150.171.90.\(number)")
        }
      }
    }
  }
}
