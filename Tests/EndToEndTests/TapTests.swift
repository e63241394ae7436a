import Foundation
import TestTools
import Testing

extension EndToEnd {
  @Suite struct TapTests {
    @Test(
      "what a real unbound gives a client is in the set at once, with its tap as vantage, and our own questions are no client's"
    )
    func trusted() async throws {
      try await Tool.withFolder { folder in
        let socket = folder.appending(path: "tap.sock").path
        try await World.run(tap: socket) { world in
          let rest = "sources: [{ dnstap: 'unix:\(socket)', name: office, trusted: true }]"
          try await Service.run(upstream: world.upstream, rest: rest) { service in
            try await service.startAndPublish()
            try await eventually("unbound is connected") {
              try await service.postern("sources").text.contains("1 connected")
            }
            try await Self.expectAdvice(service, socket, world)
            try await world.add("uksouth")
            try await eventually("a client gets an answer for the new name") {
              try await !world.dig("uksouth.data.mcr.microsoft.com", "A").isEmpty
            }
            try await eventually("the new name is learned") {
              try await service.postern("names").lines.contains {
                $0.hasPrefix("uksouth.data.mcr.microsoft.com") && $0.contains("admitted")
                  && $0.contains("office")
              }
            }
            try await world.move(to: ["150.171.99.1"])
            try await eventually("the address that a client was given is served") {
              _ = try await world.dig("uksouth.data.mcr.microsoft.com", "A")
              return try await service.addresses().contains("150.171.99.1")
            }
            // unbound sends after a second or when much has gathered.
            try await eventually("it is explained by the tap too") {
              try await service.postern("explain", "150.171.99.1").text.contains("by office")
            }
            for label in 0..<40 { _ = try await world.dig("x\(label).data.mcr.microsoft.com", "A") }
            _ = try await world.dig("new.mcr.microsoft.com", "A")
            try await eventually("that what DNS denies is forgotten") {
              try await !service.postern("names").text.contains("quarantined")
            }
            let names = try await service.postern("names", "--json").lines
            #expect(!names.contains { $0.contains("x1.data") })
            // Nobody but Postern itself asks for the seeds.
            let seeds = names.filter { $0.contains("\"state\":\"seed\"") }
            #expect(seeds.count == 9 && seeds.allSatisfy { $0.contains("\"sightings\":0") }, "\(seeds)")
            try await eventually("what no set watches is listed") {
              try await service.postern("names", "--json").lines.contains {
                $0.contains("new.mcr.microsoft.com") && $0.contains("uncovered")
              }
            }
          }
        }
      }
    }

    /// What the doctor says where the resolver that clients ask is no upstream, and its tap isn't trusted.
    private static func expectAdvice(_ service: Service, _ socket: String, _ world: World) async throws {
      let text = try String(contentsOfFile: service.configuration, encoding: .utf8)
      let other = service.folder.appending(path: "other.yaml").path
      for (upstream, isAdvised) in [("127.0.0.9:9", true), (world.upstream, false)] {
        try text.replacing(", trusted: true", with: "").replacing(world.upstream, with: upstream)
          .write(toFile: other, atomically: true, encoding: .utf8)
        let advice = "- { address: \"\(world.upstream)\", name: world-resolver }"
        try await eventually("advice for \(upstream): \(isAdvised)") {
          _ = try await world.dig("mcr.microsoft.com", "A")
          let said = try await Tool.run(try Service.program(), ["doctor", "--config", other])
          return said.text.contains("coverage of mcr") && said.text.contains(advice) == isAdvised
        }
      }
    }
  }
}
