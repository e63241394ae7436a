import Foundation
import TestTools
import Testing

extension EndToEnd {
  @Suite struct GuardTests {
    @Test(
      "when most addresses would leave at once they stay, new ones still go out, and 'approve' releases the rest"
    )
    func shrinks() async throws {
      try await World.run { world in
        let twelve = (1...12).map { "150.171.80.\($0 * 2)" }
        try await world.move(to: twelve)
        try await Service.run(upstream: world.upstream, set: "retention: 1s, families: [ipv4]") { service in
          try await eventually("twelve") { try await world.dig("mcr.microsoft.com", "A").count == 12 }
          try await service.startAndPublish()
          #expect(try await service.addresses() == twelve)
          #expect(try await service.postern("approve", "mcr").status == 5, "nothing is held yet")
          try await world.move(to: ["150.171.81.1"])
          try await eventually("a held set") { try await service.version()?.status == "held" }
          #expect(
            try await service.addresses() == twelve + ["150.171.81.1"], "what is new goes out, nothing leaves"
          )
          let list = try await service.get("/v1/sets")
          #expect(list.text.contains("shrink: 12 of"), "\(list.text)")
          #expect(try await service.get("/readyz").text.contains("set mcr is held"))
          #expect(try await service.postern("resolve").status != 0, "the service writes")

          let file = service.folder.appending(path: "file").path
          let export = try await service.postern("export", "mcr", "--output", file)
          #expect(export.status == 0 && export.errors.contains("postern approve mcr"), "\(export.errors)")
          #expect(try await service.postern("doctor").text.contains("held: shrink"))

          // Without the service a round tells by its exit code.
          #expect(await service.end() == 0)
          let round = try await service.postern("resolve")
          #expect(round.status == 4, "\(round.errors)")
          try await service.start()
          #expect(try await service.postern("approve", "mcr", "--reason", "it moved").status == 0)
          try await eventually("the release") { try await service.addresses() == ["150.171.81.1"] }
          #expect(try await service.version()?.status == "ok")
          let events = try await Tool.run("sqlite3", [service.history, "SELECT kind FROM event"])
          for kind in ["set.held", "set.approved", "set.released"] {
            #expect(events.lines.contains(kind), "\(events.text)")
          }
        }
      }
    }
  }
}
