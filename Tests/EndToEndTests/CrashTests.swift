import Foundation
import TestTools
import Testing

extension EndToEnd {
  @Suite struct CrashTests {
    @Test(
      "killed at any moment: the database is sound, and no generation number ever stands for two contents")
    func killed() async throws {
      let outcome = try await Tool.run(
        Tool.repository.appending(path: "scripts/crash-service").path, ["10", try Service.program()])
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.text.contains("10 kills") && outcome.text.contains(" 0 failures"), "\(outcome.text)")
    }

    @Test("after a start the last good set is served at once, before any lookup")
    func servesAtOnce() async throws {
      try await World.run { world in
        try await Service.run(upstream: world.upstream) { service in
          try await service.startAndPublish()
          let last = try await service.version()
          #expect(await service.end(SIGKILL) != 0)
          try await world.fail()
          try await service.start()
          // It listens before its loop has run: a moment, far less than a lookup's timeout.
          try await eventually("the last set", within: .seconds(2)) { try await service.version() == last }
          #expect(try await service.addresses().count == 4)
        }
      }
    }

    @Test("SIGTERM ends it within two seconds with exit code 0, idle connections open, renewals stored")
    func terminates() async throws {
      try await World.run { world in
        try await Service.run(upstream: world.upstream) { service in
          try await service.startAndPublish()
          let script = """
            import socket, sys, time
            open_connections = []
            for number in range(20):
              s = socket.create_connection(("127.0.0.1", \(service.port)))
              s.sendall(b"GET /v1/sets/mcr.txt HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n")
              s.recv(65536)
              open_connections.append(s)
            open("\(service.folder.path)/idle", "w").close()
            time.sleep(60)
            """
          let idle = try ChildProgram(try ChildProgram.path("python3"), ["-c", script])
          defer { idle.signal(SIGTERM) }
          try await eventually("idle connections") {
            FileManager.default.fileExists(atPath: service.folder.appending(path: "idle").path)
          }
          let stopped = Date.now
          let start = ContinuousClock.now
          #expect(await service.end() == 0)
          #expect(ContinuousClock.now - start < .seconds(2))
          let last = try await Tool.run("sqlite3", [service.history, "SELECT max(last) FROM active"])
          let stored = try #require(last.lines.first.flatMap { Double($0) }) / 1000
          // Renewals are stored every 15 s; those of the last seconds only by the shutdown.
          #expect(stopped.timeIntervalSince1970 - stored < 4)
        }
      }
    }

    @Test(
      "a full disk: the last good set stays, readiness turns off with the reason, and space makes it well again"
    )
    func fullDisk() async throws {
      try await World.run { world in
        try await Service.run(upstream: world.upstream, set: "retention: 1s") { service in
          let mount = service.state
          try FileManager.default.createDirectory(atPath: mount, withIntermediateDirectories: true)
          // The file system is seen only inside of the service's own namespace, and from outside through /proc.
          try await service.start([
            "/usr/bin/unshare", "-m", "/bin/sh", "-ec",
            "mount -t tmpfs -o size=2m tmpfs '\(mount)'; exec \"$@\"", "sh",
          ])
          try await eventually("a first generation") { try await service.version() != nil }
          let pid = try #require(service.processID)
          let filler = "/proc/\(pid)/root\(mount)/filler"
          _ = try await Tool.shell("dd if=/dev/zero of=\"$1\" bs=4k 2> /dev/null || true", [filler])
          let before = try #require(await service.version())
          var number = 1
          try await eventually("not ready, with the reason") {
            number += 1
            try await world.move(to: ["150.171.95.\(number)"])
            let ready = try await service.get("/readyz")
            return ready.status == 503 && ready.text.contains("no space left")
          }
          let during = try #require(await service.version())
          #expect(during.generation >= before.generation)
          #expect(try await !service.addresses().isEmpty)
          try FileManager.default.removeItem(atPath: filler)
          try await world.move(to: ["150.171.96.1"])
          try await eventually("recovery") {
            guard try await service.get("/readyz").status == 200 else { return false }
            return try await service.addresses().contains("150.171.96.1")
          }
        }
      }
    }
  }
}
