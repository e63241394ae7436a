import Foundation
import TestTools
import Testing

extension EndToEnd {
  @Suite struct ClockTests {
    @Test("a clock that jumps back or ahead neither stops the lookups nor lets an address leave early")
    func jumps() async throws {
      let library = try await Tool.run("find", ["/usr/lib", "-name", "libfaketime.so.1"]).lines.first
      let path = try #require(library, "libfaketime is missing. Try: scripts/test, which installs faketime")
      try await World.run { world in
        try await Service.run(upstream: world.upstream, set: "retention: 8s") { service in
          let clock = service.folder.appending(path: "clock").path
          func set(_ offset: String) throws {
            // Renamed over, so that it is never read half-written.
            try Data("\(offset)\n".utf8).write(to: URL(filePath: clock), options: .atomic)
          }
          try set("+0")
          try await service.start([
            "/usr/bin/env", "LD_PRELOAD=\(path)", "FAKETIME_TIMESTAMP_FILE=\(clock)", "FAKETIME_NO_CACHE=1",
            "FAKETIME_DONT_FAKE_MONOTONIC=1",
          ])
          try await eventually("a first generation") { try await service.version() != nil }
          let both = Set(try await service.addresses())
          for (step, offset) in ["-86400", "+0", "+864000", "-3600"].enumerated() {
            try set(offset)
            let new = "150.171.97.\(step + 1)"
            try await world.move(to: ["150.171.69.10", "150.171.70.10", new])
            try await eventually("\(new) after the clock went to \(offset)", within: .seconds(10)) {
              try await service.addresses().contains(new)
            }
            #expect(try await both.isSubset(of: service.addresses()), "after \(offset)")
          }
          #expect(try await service.get("/readyz").status == 200)
          #expect(await service.end() == 0)
          #expect(try await Tool.run("sqlite3", [service.history, "PRAGMA integrity_check"]).lines == ["ok"])
        }
      }
    }
  }
}
