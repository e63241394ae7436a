import Foundation
import TestTools
import Testing

extension EndToEnd {
  /// Two firewalls that poll a running service, and one that did.
  @Suite struct ConsumerTests {
    private struct Consumers: Decodable {
      let consumers: [Consumer]

      struct Consumer: Decodable {
        let principal: String
        let agent: String
        let generation: Int?
        let lag: Int?
        let state: String?
      }
    }

    @Test("who has an old generation and who stopped polling is told by command, API, metrics and readiness")
    func behind() async throws {
      try await World.run { world in
        try await Service.run(upstream: world.upstream, set: "retention: 24h") { service in
          let steady = ["-A", "fortigate", "-H", "Authorization: Bearer \(Service.token)"]
          let (late, silent) = (["-A", "srx", "--interface", "127.0.0.2"], ["--interface", "127.0.0.3"])
          try await service.startAndPublish()
          let first = try #require(try await service.version())
          for who in [steady, late, silent] {
            #expect(try await service.get("/v1/sets/mcr.txt", who).status == 200)
          }
          try await world.move(to: ["150.171.70.10", "150.171.73.5"])
          try await eventually("the move") { try await service.version()?.generation != first.generation }
          #expect(try await service.get("/v1/sets/mcr.txt", steady).status == 200)
          #expect(await service.end() == 0)
          try await Self.turnBack(service)

          try await service.start()
          try await eventually("the restored set") { try await service.version() != nil }
          let current = try #require(try await service.version()).generation
          try await eventually("the warnings", within: .seconds(45)) {
            // It only looks whether there is something new, as a firewall does whose reload fails.
            _ = try await service.get("/v1/sets/mcr/version", late)
            _ = try await service.get("/v1/sets/mcr.txt", steady)
            let text = try await service.get("/readyz").text
            return text.contains("consumer 127.0.0.2 (srx) of set mcr is behind")
              && text.contains("consumer 127.0.0.3") && text.contains("stopped polling")
          }
          #expect(try await !service.get("/readyz").text.contains("consumer ops"))
          let list = try JSONDecoder().decode(
            Consumers.self, from: try await service.get("/v1/consumers").body
          ).consumers
          func consumer(_ principal: String) -> Consumers.Consumer? {
            list.first { $0.principal == principal }
          }
          #expect(consumer("ops")?.state == "following")
          #expect(consumer("ops")?.generation == current)
          #expect(consumer("ops")?.lag == 0)
          #expect(consumer("127.0.0.2")?.state == "behind")
          #expect(consumer("127.0.0.2")?.generation == first.generation)
          #expect(consumer("127.0.0.2")?.lag == current - first.generation)
          #expect(consumer("127.0.0.3")?.state == "stopped")
          let metrics = try await service.get("/metrics").text
          let lag = "postern_consumer_generation_lag{set=\"mcr\",principal="
          #expect(metrics.contains("\(lag)\"127.0.0.2\"} \(current - first.generation)\n"))
          #expect(metrics.contains("\(lag)\"ops\"} 0\n"))
          #expect(
            metrics.split(separator: "\n").contains {
              $0.hasPrefix("postern_consumer_age_seconds{set=\"mcr\",principal=\"127.0.0.3\"} ")
                && (Int($0.split(separator: " ").last ?? "") ?? 0) >= 600
            })
          try await eventually("what was stored", within: .seconds(35)) {
            try await service.postern("consumers").text.contains("following")
          }
          let table = try await service.postern("consumers")
          func row(_ principal: String) -> String? { table.lines.first { $0.contains(principal) } }
          #expect(row("127.0.0.2")?.hasSuffix("BEHIND") == true, "\(table.text)")
          #expect(row("127.0.0.3")?.hasSuffix("STOPPED") == true, "\(table.text)")
          #expect(row("ops")?.hasSuffix("following") == true, "\(table.text)")
          #expect(try await service.postern("consumers", "--json").text.contains("\"state\":\"behind\""))
        }
      }
    }

    /// Makes of a minute an hour: the consumers have polled for that long, the silent one not for ten minutes, and the
    /// generations are that old.
    private static func turnBack(_ service: Service) async throws {
      let script = """
        import datetime, json, sqlite3, sys
        def back(text, seconds):
          moment = datetime.datetime.fromisoformat(text.replace("Z", "+00:00")) - datetime.timedelta(seconds=seconds)
          return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
        path = sys.argv[1] + "/consumers.json"
        stored = json.load(open(path))
        for row in stored["consumers"]:
          row["first_seen"] = back(row["first_seen"], 3600); row["polls"] = 100; row["interval_ms"] = 1000
          if row["principal"] == "127.0.0.3": row["last_seen"] = back(row["last_seen"], 600)
        json.dump(stored, open(path, "w"))
        history = sqlite3.connect(sys.argv[1] + "/history.sqlite")
        history.execute("UPDATE generation SET at = at - 3600000, since = since - 3600000")
        history.commit()
        """
      let outcome = try await Tool.run("python3", ["-c", script, service.state])
      try #require(outcome.status == 0, "\(outcome.errors)")
    }
  }
}
