import DNS
import Deciding
import Foundation
import Publishing
import TestTools
import Testing

/// The pinning zone in real resolvers before a real authoritative server: what the set lacks reaches no client.
@Suite(.timeLimit(.minutes(2))) struct LivePinZoneTests {
  @Test(
    "Unbound fetches the zone by URL, and BIND reads it as a file: both answer with the set's addresses alone"
  )
  func pins() async throws {
    try await Tool.withFolder { folder in
      let world = try await World(folder, generation: 42, "192.0.2.1")
      for port in [world.unboundPort, world.bindPort] {
        try await world.expect(port, "www", "A", ["192.0.2.1"])
        #expect(
          try await world.ask(port, "www", "AAAA") == [],
          "an address of the other family would be outside the set")
        #expect(try await world.ask(port, "www", "HTTPS") == [], "hints would be outside the set")
        #expect(try await world.ask(port, "www", "ANY").allSatisfy { !$0.contains("192.0.2.66") })
        #expect(try await world.ask(port, "free", "A") == ["192.0.2.78"], "names that aren't known pass")
      }
      // BIND rewrites behind an alias that isn't known; Unbound 1.17 does so only when it hasn't cached the alias.
      #expect(try await world.ask(world.bindPort, "alias", "A").last == "192.0.2.1")
      // So an alias that clients use has to be watched: then it is pinned itself, cached or not.
      for _ in 1...3 {
        for port in [world.unboundPort, world.bindPort] {
          #expect(try await world.ask(port, "watched", "A") == ["192.0.2.1"])
        }
      }

      // The next generation, with an address that DNS gives by now and one that left.
      try world.write(generation: 43, "192.0.2.66")
      try await world.reload()
      for port in [world.unboundPort, world.bindPort] {
        try await world.expect(port, "www", "A", ["192.0.2.66"])
      }

      // Postern is down: the resolvers go on with what they have, and Unbound from its file even after a restart.
      world.web.signal(SIGKILL)
      try await world.web.ended()
      try await world.transfer()
      #expect(try await world.ask(world.unboundPort, "www", "A") == ["192.0.2.66"])
      let again = try await world.restartUnbound()
      try await world.expect(world.unboundPort, "www", "A", ["192.0.2.66"])
      again.signal(SIGTERM)
    }
  }

  /// NSD gives two addresses and an IPv6 one for `www`; the set has one at a time.
  private struct World {
    let folder: URL
    let unboundPort: UInt16
    let bindPort: UInt16
    let web: ChildProgram
    private let bind: ChildProgram
    private let others: [ChildProgram]

    init(_ folder: URL, generation: Int64, _ address: String) async throws {
      self.folder = folder
      let ports = try (0..<4).map { _ in try RealServer.freePort() }
      (unboundPort, bindPort) = (ports[0], ports[1])
      try Self.write(folder, generation: generation, address)
      for (name, text) in [
        ("zone", Self.zone), ("nsd.conf", Self.nsd(ports[2])), ("unbound.conf", Self.unbound(ports)),
        ("named.conf", Self.named(ports)),
      ] {
        try Data(text.replacing("@@", with: folder.path).utf8).write(to: folder.appending(path: name))
      }
      func start(_ name: String, _ arguments: [String]) throws -> ChildProgram {
        let log = folder.appending(path: "\(name).log").path
        return try ChildProgram(
          ChildProgram.path(name), arguments, ChildProgram.Streams(output: log))
      }
      web = try start(
        "python3", ["-m", "http.server", "\(ports[3])", "--bind", "127.0.0.1", "--directory", folder.path])
      others = try [start("nsd", ["-d", "-c", folder.path + "/nsd.conf"])]
      try await Self.wait {
        try await Tool.run("curl", ["-fsS", "http://127.0.0.1:\(ports[3])/pin.rpz"]).status == 0
      }
      bind = try start("named", ["-g", "-c", folder.path + "/named.conf"])
      let unbound = try start("unbound", ["-d", "-c", folder.path + "/unbound.conf"])
      unboundProgram = unbound
      for port in [unboundPort, bindPort] {
        try await Self.wait { try await Self.ask(port, "free", "A") == ["192.0.2.78"] }
      }
      // Until it has fetched the zone for the first time, Unbound answers as if there were none.
      try await Self.wait {
        try await Tool.run("unbound-control", ["-c", folder.path + "/unbound.conf", "list_auth_zones"]).text
          .contains("serial 42")
      }
    }

    private let unboundProgram: ChildProgram

    /// Ends Unbound and starts it anew; it lives as long as what is given back.
    func restartUnbound() async throws -> ChildProgram {
      unboundProgram.signal(SIGTERM)
      try await unboundProgram.ended()
      let program = try ChildProgram(
        ChildProgram.path("unbound"), ["-d", "-c", folder.path + "/unbound.conf"],
        ChildProgram.Streams(output: folder.appending(path: "unbound.log").path))
      try await Self.wait { try await Self.ask(unboundPort, "free", "A") == ["192.0.2.78"] }
      return program
    }

    func write(generation: Int64, _ address: String) throws {
      try Self.write(folder, generation: generation, address)
    }

    /// Has Unbound fetch the zone and BIND read it.
    func reload() async throws {
      bind.signal(SIGHUP)
      try await transfer()
    }

    /// Does at once what Unbound does every 30 seconds, as the zone's SOA says.
    func transfer() async throws {
      let outcome = try await Tool.run(
        "unbound-control", ["-c", folder.path + "/unbound.conf", "auth_zone_transfer", "pin.postern.invalid"])
      #expect(outcome.text == "ok\n", "\(outcome.errors)")
    }

    func ask(_ port: UInt16, _ label: String, _ type: String) async throws -> [String] {
      try await Self.ask(port, label, type)
    }

    /// Waits until the answer is this, and never anything that neither generation has.
    func expect(_ port: UInt16, _ label: String, _ type: String, _ answer: [String]) async throws {
      try await Self.wait {
        let given = try await Self.ask(port, label, type)
        #expect(given.count == 1, "both addresses reached a client: \(given)")
        return given == answer
      }
    }

    private static func ask(_ port: UInt16, _ label: String, _ type: String) async throws -> [String] {
      try await Tool.run(
        "dig", ["+short", "+time=2", "+tries=1", "@127.0.0.1", "-p", "\(port)", "\(label).example.net", type]
      ).lines.filter { !$0.hasPrefix(";") }
    }

    private static func wait(_ isDone: () async throws -> Bool) async throws {
      let deadline = ContinuousClock.now + .seconds(20)
      while try await !isDone() {
        try #require(ContinuousClock.now < deadline, "it did not come about in time")
        try await Task.sleep(for: .milliseconds(50))
      }
    }

    private static func write(_ folder: URL, generation: Int64, _ address: String) throws {
      let element = try SetElement(
        address: #require(IPAddress(address)),
        names: [DomainName("watched.example.net"), DomainName("www.example.net")],
        firstSeen: Samples.generatedAt, lastSeen: Samples.generatedAt)
      let snapshot = Snapshot(
        set: try #require(SetName("mcr")), generation: Generation(generation), at: Samples.generatedAt,
        elements: [element], digest: .computing([element.prefix]))
      let body = try PinZoneFormat().render(snapshot, RenderOptions())
      _ = try AtomicFile(folder.path + "/pin.rpz").replace(
        with: body, modified: Timestamp(seconds: generation))
    }

    private static let zone = """
      $ORIGIN example.net.
      $TTL 300
      @ SOA ns hostmaster 1 3600 600 86400 60
      @ NS ns
      ns A 192.0.2.53
      www A 192.0.2.1
      www A 192.0.2.66
      www AAAA 2001:db8::66
      free A 192.0.2.78
      alias CNAME www
      watched CNAME www

      """

    private static func nsd(_ port: UInt16) -> String {
      """
      server:
        ip-address: 127.0.0.1@\(port)
        server-count: 1
        username: ""
        chroot: ""
        zonesdir: "@@"
        database: ""
        pidfile: "@@/nsd.pid"
        xfrdfile: "@@/xfrd.state"
        zonelistfile: "@@/zone.list"
        xfrdir: "@@"
        rrl-ratelimit: 0
      remote-control:
        control-enable: no
      zone:
        name: example.net
        zonefile: zone

      """
    }

    private static func unbound(_ ports: [UInt16]) -> String {
      """
      server:
        interface: 127.0.0.1
        port: \(ports[0])
        username: ""
        chroot: ""
        directory: "@@"
        pidfile: ""
        use-syslog: no
        do-not-query-localhost: no
        do-ip6: no
        module-config: "respip iterator"
      remote-control:
        control-enable: yes
        control-interface: @@/control
        control-use-cert: no
      rpz:
        name: pin.postern.invalid
        url: "http://127.0.0.1:\(ports[3])/pin.rpz"
        zonefile: "kept.rpz"
      forward-zone:
        name: "."
        forward-addr: 127.0.0.1@\(ports[2])

      """
    }

    private static func named(_ ports: [UInt16]) -> String {
      """
      options {
        directory "@@"; managed-keys-directory "@@";
        pid-file none; session-keyfile none; lock-file none;
        listen-on port \(ports[1]) { 127.0.0.1; }; listen-on-v6 { none; };
        recursion yes; dnssec-validation no;
        forward only; forwarders { 127.0.0.1 port \(ports[2]); };
        response-policy { zone "pin.postern.invalid"; } break-dnssec yes qname-wait-recurse no;
      };
      controls { };
      zone "pin.postern.invalid" { type primary; file "pin.rpz"; };

      """
    }
  }
}
