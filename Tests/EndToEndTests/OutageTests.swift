import Foundation
import TestTools
import Testing

extension EndToEnd {
  @Suite struct OutageTests {
    @Test(
      "while DNS is broken nothing leaves, the doctor names the upstream and how it fails, and afterwards all recovers"
    )
    func breaks() async throws {
      try await World.run { world in
        try await Service.run(upstream: world.upstream, set: "retention: 2s") { service in
          try await service.startAndPublish()
          let before = try await service.addresses()
          try await world.fail()
          try await eventually("a warning about the upstream") {
            try await service.get("/readyz").text.contains("upstream world fails: ")
          }
          let ready = try await service.get("/readyz")
          #expect(ready.status == 200, "the last good set can still be trusted: \(ready.text)")
          // Longer than the retention: it stands still.
          try await Task.sleep(for: .seconds(4))
          #expect(try await service.addresses() == before)
          let doctor = try await service.postern("doctor")
          #expect(doctor.status == 1)
          #expect(
            doctor.text.contains("BAD  upstream \(world.upstream): mcr.microsoft.com A: "), "\(doctor.text)")
          try await world.mend()
          try await world.move(to: ["150.171.74.1"])
          try await eventually("the new address") { try await service.addresses().contains("150.171.74.1") }
          #expect(try await !service.get("/readyz").text.contains("fails"))
        }
      }
    }

    @Test(
      "a set whose names nobody could look up for maxStale is stale: not ready, export refuses, the file stays"
    )
    func staleness() async throws {
      try await World.run { world in
        try await Service.run(upstream: world.upstream, set: "retention: 1s, maxStale: 2s") { service in
          try await service.startAndPublish()
          let file = service.folder.appending(path: "file").path
          try #require(await service.postern("export", "mcr", "--output", file).status == 0)
          let content = try Data(contentsOf: URL(filePath: file))
          try await world.fail()
          try await eventually("stale") { try await service.get("/readyz").status == 503 }
          #expect(try await service.get("/readyz").text.contains("set mcr is stale"))
          #expect(try await service.version()?.status == "stale")
          #expect(try await !service.addresses().isEmpty, "the last good set stays")
          try await eventually("a refused export") {
            try await service.postern("export", "mcr", "--output", file).status == 3
          }
          #expect(try Data(contentsOf: URL(filePath: file)) == content)
        }
      }
    }

    @Test(
      "without a resolver in reach the service lives, is not ready, and says which upstream fails and how")
    func noResolver() async throws {
      let nobody = "127.0.0.1:\(try await Service.freePort())"
      try await Service.run(upstream: nobody) { service in
        try await service.start()
        try await eventually("the upstream's failure") {
          try await service.get("/readyz").text.contains("upstream world fails: ")
        }
        let ready = try await service.get("/readyz")
        #expect(ready.status == 503)
        #expect(ready.text.contains("refused") || ready.text.contains("timeout"), "\(ready.text)")
        #expect(try await service.get("/healthz").status == 200)
        let set = try await service.get("/v1/sets/mcr.txt")
        #expect(set.status == 503)
        #expect(set.head.lowercased().contains("retry-after:"))
        let isClean =
          try await Tool.run(
            "grep", ["-qiE", "[0-9]+[.][0-9]+[.][0-9]+|[a-z0-9-]+[.](com|net|cn)|::"], input: Array(set.body)
          ).status == 1
        #expect(isClean, "a consumer must not mistake it for a list: \(set.text)")
        let file = service.folder.appending(path: "file").path
        let export = try await service.postern("export", "mcr", "--output", file)
        #expect(export.status == 3)
        #expect(!FileManager.default.fileExists(atPath: file))
        #expect(try await service.postern("set").status == 3)
        let doctor = try await service.postern("doctor")
        #expect(doctor.status == 1 && doctor.text.contains("upstream \(nobody)"))
      }
    }

    @Test("what keeps it from starting is told in one clear line, with the documented exit code")
    func startingFails() async throws {
      try await Service.run(upstream: "127.0.0.1:1") { service in
        try await service.start()
        let other = service.folder.appending(path: "other").path
        let busy = try await service.postern("serve", "--state", other)
        Self.expectOneLine(busy, 1, "127.0.0.1:\(service.port)")
        let twice = try await service.postern("serve", "--listen", "127.0.0.1:0")
        Self.expectOneLine(twice, 1, "history.sqlite")

        let closed = service.folder.appending(path: "closed").path
        try FileManager.default.createDirectory(
          atPath: closed, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
        let denied = try await Tool.shell(
          """
          chmod 755 "$3"; cp "$1" "$3/p"; chmod 755 "$3/p"
          exec setpriv --reuid 65534 --clear-groups "$3/p" serve --state "$2" --listen 127.0.0.1:0 --upstream 127.0.0.1:1
          """, [try Service.program(), closed, service.folder.path])
        Self.expectOneLine(denied, 1, closed)

        let missing = try await Tool.run(
          try Service.program(), ["serve", "--config", "/no/such/postern.yaml"])
        Self.expectOneLine(missing, 2, "/no/such/postern.yaml")
        try service.configure("sets:\n  mcr: { profil: mcr-global }\n")
        let malformed = try await service.postern("set", "mcr")
        #expect(malformed.status == 2)
        #expect(malformed.errors.contains("postern.yaml:2:10"), "\(malformed.errors)")
        #expect(malformed.errors.contains("Try: profile"), "\(malformed.errors)")
        try service.configure("sets: [\n")
        Self.expectOneLine(try await service.postern("serve"), 2, "postern.yaml:")
      }
    }

    private static func expectOneLine(_ outcome: Tool.Outcome, _ status: Int32, _ text: String) {
      // The log's own lines begin with the time.
      let lines = outcome.errors.split(separator: "\n").filter { !$0.hasPrefix("20") }
      #expect(outcome.status == status, "\(outcome.errors)")
      #expect(lines.count == 1, "\(outcome.errors)")
      #expect(outcome.errors.contains(text), "\(outcome.errors)")
      #expect(lines.last?.contains("Try: ") == true, "\(outcome.errors)")
    }
  }
}
