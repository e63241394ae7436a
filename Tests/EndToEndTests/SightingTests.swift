import Foundation
import TestTools
import Testing

extension EndToEnd {
  @Suite struct SightingTests {
    @Test("names that clients report are learned when DNS knows them, and only behind the pattern")
    func reported() async throws {
      try await World.run { world in
        try await Service.run(upstream: world.upstream) { service in
          try await world.add("uksouth")
          try await world.add("japaneast")
          try await eventually("the new names") {
            try await !world.dig("japaneast.data.mcr.microsoft.com", "A").isEmpty
          }
          try await service.startAndPublish()
          let before = try await service.addresses()
          let post = ["-X", "POST", "-H", "Content-Type: text/plain", "--data-binary", "@-"]
          let bearer = ["-H", "Authorization: Bearer \(Service.token)"]
          let name = "uksouth.data.mcr.microsoft.com"
          #expect(try await service.get("/v1/sightings", post, input: name).status == 401)
          let wrong = ["-H", "Authorization: Bearer wrong"]
          #expect(try await service.get("/v1/sightings", post + wrong, input: name).status == 401)
          let flood = (0..<300).map { "r\($0).data.mcr.microsoft.com" }
          let taken = try await service.get(
            "/v1/sightings", post + bearer,
            input: ([name, "evildata.mcr.microsoft.com", "a.b.data.mcr.microsoft.com"] + flood).joined(
              separator: "\n"))
          #expect(taken.status == 202, "\(taken.head)")
          #expect(
            taken.text.contains("evildata.mcr.microsoft.com"),
            "refused, with its reason: \(taken.text.prefix(300))")
          let list = try await service.postern(
            "observe",
            input: "japaneast.data.mcr.microsoft.com\nevildata.mcr.microsoft.com\nnonsense.example\n")
          #expect(list.status == 0 && !list.text.contains("evildata"), "\(list.text)")
          for label in ["uksouth", "japaneast"] { try await Self.awaitAdmission(of: label, service) }
          try await eventually("that what DNS denies is forgotten") {
            try await !service.postern("names").text.contains("quarantined")
          }
          let names = try await service.postern("names")
          #expect(names.lines.count == 1 + ServedSetTests.names.count + 2, "\(names.text)")
          #expect(try await service.addresses() == before, "random labels must not change the set")
          let forgotten = try await service.postern("forget", name, "--reason", "a test")
          #expect(forgotten.status == 0)
          try await eventually("that it is forgotten") {
            try await !service.postern("names").text.contains(name)
          }
        }
      }
    }

    @Test("a name that a client asks a real dnsmasq for is learned, also after its log was rotated")
    func dnsmasq() async throws {
      try await World.run { world in
        try await Tool.withFolder { folder in
          let log = folder.appending(path: "dnsmasq.log").path
          let port = try await Service.freePort()
          let dnsmasq = try ChildProgram(
            try ChildProgram.path("dnsmasq"),
            [
              "--keep-in-foreground", "--conf-file=/dev/null", "--port=\(port)", "--listen-address=127.0.0.1",
              "--bind-interfaces", "--no-resolv", "--no-hosts", "--log-queries=extra",
              "--log-facility=\(log)",
              "--server=\(world.upstream.replacing(":", with: "#"))", "--user=\(NSUserName())", "--pid-file",
            ])
          defer { dnsmasq.signal(SIGTERM) }
          let rest = "sources: [{ dnsmasq: \(log) }]"
          try await Service.run(upstream: world.upstream, rest: rest) { service in
            for label in ["uksouth", "japaneast"] { try await world.add(label) }
            try await eventually("the new names") {
              try await !world.dig("japaneast.data.mcr.microsoft.com", "A").isEmpty
            }
            try await service.startAndPublish()
            func ask(_ name: String) async throws {
              try await eventually("an answer of dnsmasq for \(name)") {
                let outcome = try await Tool.run(
                  "dig", ["@127.0.0.1", "-p", "\(port)", "+tries=1", "+time=2", name, "A"])
                return outcome.text.contains("status: NOERROR") || outcome.text.contains("status: NXDOMAIN")
              }
            }
            try await ask("uksouth.data.mcr.microsoft.com")
            try await Self.awaitAdmission(of: "uksouth", service)
            try FileManager.default.moveItem(atPath: log, toPath: log + ".1")
            dnsmasq.signal(SIGUSR2)
            try await ask("japaneast.data.mcr.microsoft.com")
            for index in 0..<50 { try await ask("x\(index).data.mcr.microsoft.com") }
            try await Self.awaitAdmission(of: "japaneast", service)
            try await eventually("that what DNS denies is forgotten") {
              try await !service.postern("names").text.contains("quarantined")
            }
            #expect(try await !service.postern("names").text.contains("x1.data"))
            // By hand, the same log tells the same names.
            let dry = try await service.postern("observe", "--dry-run", log, log + ".1")
            #expect(dry.text.contains("uksouth.data") && dry.text.contains("japaneast.data"), "\(dry.text)")
          }
        }
      }
    }

    private static func awaitAdmission(of label: String, _ service: Service) async throws {
      try await eventually("\(label) is learned and resolved") {
        try await service.postern("names").lines.contains {
          $0.hasPrefix("\(label).data.mcr.microsoft.com") && $0.contains("admitted")
            && $0.contains("A answer")
        }
      }
    }
  }
}
