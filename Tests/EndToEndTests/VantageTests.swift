import Foundation
import TestTools
import Testing

extension EndToEnd {
  /// Three real resolvers as vantages, one of which goes wrong while the others tell the truth.
  @Suite struct VantageTests {
    private struct Report: Decodable {
      let vantage: String
      let state: String
      let setAsideFor: String?
      let addresses: Int
    }

    @Test(
      "a vantage that goes wrong changes nothing in the set, and commands, readiness and events say which and why",
      arguments: VantageFaultRow.all)
    func goesWrong(row: VantageFaultRow) async throws {
      try await Self.run(row) { world, service, server in
        let truth = try await service.addresses()
        #expect(truth.count == (row.isLag ? 2 : 4))
        try await Self.spoil(server, row)
        if row.isLag { try await world.move(to: ["150.171.74.1"]) }
        try await eventually("'\(row.warning)'") {
          try await service.get("/readyz").text.contains(row.warning)
        }
        #expect(try await service.get("/readyz").status == 200, "the others are believed")
        try await Self.expectReport(row, service)
        if let forged = row.forged {
          try await eventually("\(forged) is out") { try await !service.addresses().contains(forged) }
        }
        if !row.isLag { #expect(try await service.addresses() == truth) }

        // The others move on: what the faulty one gave while it was believed stays beyond the retention.
        if !row.isLag { try await world.move(to: ["150.171.74.1"]) }
        try await eventually("the new address") {
          try await service.addresses().contains("150.171.74.1")
        }
        try await Task.sleep(for: .seconds(row.retention + 1))
        #expect(try await Set(service.addresses()) == Set(truth + ["150.171.74.1"]), "frozen")
        try await Self.expectEvents(row, service)
        if row.isAside {
          #expect(try await service.get("/readyz").text.contains(row.warning), "it still does wrong")
        }

        server.signal(SIGCONT)
        if row.fault.isLines { try await server.start() }
        guard row.isAside else {
          return try await eventually("it is good again") {
            try await !service.get("/readyz").text.contains("upstream \(row.program.rawValue) fails")
          }
        }
        if row.probation != nil { return try await Self.expectReturn(row, service) }
        // Ten minutes of truth are needed; a restart doesn't shorten them.
        #expect(await service.end() == 0)
        try await service.start()
        try await eventually("it is still set aside") {
          try await service.get("/readyz").text.contains(row.warning)
        }
        #expect(try await Set(service.addresses()).isSuperset(of: truth))
      }
    }

    private static func run(
      _ row: VantageFaultRow, _ body: (World, Service, VantageServer) async throws -> Void
    ) async throws {
      try await World.run { world in
        try await Tool.withFolder { folder in
          let unbound = try await VantageServer(.unbound, asking: world.authority, in: folder)
          let named = try await VantageServer(.named, asking: world.authority, in: folder)
          // It resolves nothing by itself: it asks one that stays well.
          let source = row.program == .named ? unbound : named
          let dnsmasq = try await VantageServer(
            .dnsmasq, asking: ("127.0.0.1", "\(source.port)"), in: folder)
          let servers = [unbound, named, dnsmasq]
          try await Service.run(
            upstreams: servers.map { ($0.program.rawValue, $0.address) }, set: row.set, rest: row.limits
          ) { service in
            try await service.startAndPublish()
            try await eventually("each vantage told the truth of all names") {
              let metrics = try await service.get("/metrics").text
              return servers.allSatisfy { server in
                let line = metrics.split(separator: "\n").first {
                  $0.hasPrefix("postern_lookups_total{")
                    && $0.contains("vantage=\"\(server.program.rawValue)\"")
                    && $0.contains("type=\"A\"") && $0.contains("outcome=\"answer\"")
                }
                return Int(line?.split(separator: " ").last ?? "0") ?? 0 >= 20
              }
            }
            for server in servers where server.program == row.program {
              try await body(world, service, server)
            }
          }
        }
      }
    }

    private static func spoil(_ server: VantageServer, _ row: VantageFaultRow) async throws {
      switch row.fault {
      case .lines(let lines, let isTrue): try await server.start(with: lines, isTrue: isTrue)
      case .stopped: server.signal(SIGSTOP)
      }
    }

    private static func reports(_ service: Service) async throws -> [Report] {
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      return try await service.postern("vantages", "--json").lines.map {
        try decoder.decode(Report.self, from: Data($0.utf8))
      }
    }

    private static func expectReport(_ row: VantageFaultRow, _ service: Service) async throws {
      try await eventually("the vantage's report", within: .seconds(40)) {
        try await reports(service).contains { $0.vantage == row.program.rawValue && $0.state == row.state }
      }
      for report in try await reports(service) {
        guard report.vantage == row.program.rawValue else {
          #expect(report.state == "good", "\(report)")
          continue
        }
        #expect(report.setAsideFor == (row.isAside ? row.reason : nil), "\(report)")
        #expect(report.addresses > 0, "what it gave is frozen")
      }
      let table = try await service.postern("vantages").lines
      #expect(table.contains { $0.hasPrefix(row.program.rawValue) && $0.contains(row.state) }, "\(table)")
    }

    /// It tells the truth again, and is believed after its probation.
    private static func expectReturn(_ row: VantageFaultRow, _ service: Service) async throws {
      try await eventually("it is believed again") {
        try await !service.get("/readyz").text.contains("is set aside")
      }
      #expect(try await service.get("/readyz").status == 200)
      let told = try await service.postern("events", "--json", "--kind", "vantage.trusted")
      #expect(told.lines.contains { $0.contains("\"subject\":\"\(row.program.rawValue)\"") }, "\(told.text)")
      try await eventually("its report says so") {
        try await reports(service).contains { $0.vantage == row.program.rawValue && $0.state == "good" }
      }
    }

    private static func expectEvents(_ row: VantageFaultRow, _ service: Service) async throws {
      let told = try await service.postern("events", "--json", "--kind", row.event)
      #expect(try await isJSONLines(told.output))
      #expect(
        told.lines.contains { $0.contains("\"subject\":\"\(row.program.rawValue)\"") },
        "\(told.text)\(told.errors)")
      guard let forged = row.forged else { return }
      let octets = forged.split(separator: ".").compactMap { UInt8($0) }
      let blob = octets.map { String(format: "%02x", $0) }.joined()
      let entries = try await Tool.run(
        "sqlite3", [service.history, "SELECT count(*) FROM delta WHERE addr = x'\(blob)' AND op = 1"])
      if !row.mayEnter { #expect(entries.text == "0\n", "\(forged) was in a generation \(entries.errors)") }
      #expect(try await service.postern("explain", forged).status == 0, "it is known that it was given")
    }
  }
}

extension VantageFaultRow.Fault {
  fileprivate var isLines: Bool {
    if case .lines = self { true } else { false }
  }
}
