import Crypto
import DNS
import Deciding
import Foundation
import Logging
import Serving
import Synchronization
import TestTools
import Testing

@Suite(.timeLimit(.minutes(5))) struct LiveTLSTests {
  private static func run(
    clients: String? = nil, requires: Bool = false, principals: [Principal] = TestServer.principals,
    isRestricted: Bool = false, limits: HTTPLimits = HTTPLimits(),
    _ body: @Sendable @escaping (TestServer, TestCertificates, TLSIdentity) async throws -> Void
  ) async throws {
    try await Tool.withFolder { folder in
      let made = try await TestCertificates.make(in: folder)
      for (from, to) in [("server.pem", "tls.pem"), ("server.key", "tls.key")] {
        try FileManager.default.copyItem(atPath: made.path(from), toPath: made.path(to))
      }
      let identity = try TLSIdentity(
        TLSFiles(
          certificate: made.path("tls.pem"), key: made.path("tls.key"), clients: clients.map(made.path),
          requiresClientCertificate: requires))
      try await TestServer.run(
        principals: principals, isRestricted: isRestricted, identity: identity, limits: limits
      ) { server in
        try await body(server, made, identity)
      }
    }
  }

  @Test("TLS 1.2 and 1.3 are spoken, older versions aren't, and both paths answer")
  func versions() async throws {
    try await Self.run { server, made, _ in
      for version in ["1.2", "1.3"] {
        for _ in 1...2 {
          let reply = try await server.curl(
            "/v1/sets/mcr.txt", ["--cacert", made.path("ca.pem"), "--tlsv\(version)", "--tls-max", version])
          #expect(reply.status == 200)
          #expect(reply.text.contains("150.171.69.10"))
        }
      }
      let old = try await Tool.run(
        "openssl",
        ["s_client", "-connect", "127.0.0.1:\(server.port)", "-tls1_1", "-cipher", "ALL:@SECLEVEL=0"])
      #expect(old.status != 0)
      let plain = try await server.raw("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(!plain.contains("200 OK"))
      #expect(try await server.curl("/healthz", ["--cacert", made.path("ca.pem")]).status == 200)
      let metrics = try await server.curl("/metrics", ["--cacert", made.path("ca.pem")]).text
      // Issued for 90 days by the machine's clock, and looked at with the test's.
      let left = try #require(metrics.firstMatch(of: /postern_tls_certificate_expires_seconds ([0-9]+)/))
      #expect(Int(left.1) ?? 0 > 1_000_000)
      #expect(metrics.contains("postern_http_refused_total{reason=\"handshake\"} 2\n"))
    }
  }

  static let firewalls = [
    Principal(name: "fw1", certificates: ["fw1.example.com"], scopes: [.read]),
    Principal(name: "forti", certificates: ["FortiGate 60F"], scopes: [.sightings]),
  ]

  @Test(
    "a client certificate proves who asks, and one that nobody vouches for nothing",
    arguments: [
      ("client", true, 200), ("plain-client", true, 403), ("", true, 0), ("stranger", true, 0),
      ("expired", true, 0), ("client", false, 200), ("", false, 401), ("stranger", false, 0),
      ("expired", false, 0),
    ] as [(String, Bool, Int)])
  func clientCertificates(name: String, requires: Bool, status: Int) async throws {
    try await Self.run(
      clients: "ca.pem", requires: requires, principals: Self.firewalls, isRestricted: true
    ) { server, made, _ in
      for version in ["1.2", "1.3"] {
        var arguments = ["--cacert", made.path("ca.pem"), "--tls-max", version]
        if !name.isEmpty {
          arguments += ["--cert", made.path("\(name).pem"), "--key", made.path("\(name).key")]
        }
        if status == 0 {
          let url = "https://127.0.0.1:\(server.port)/v1/sets/mcr.txt"
          let outcome = try await Tool.run("curl", ["-sS", "--max-time", "10", url] + arguments)
          #expect(outcome.status != 0 && outcome.output.isEmpty)
        } else {
          for _ in 1...2 {
            #expect(try await server.curl("/v1/sets/mcr.txt", arguments).status == status)
          }
        }
      }
    }
  }

  @Test("a client certificate counts in a resumed session too, and is enough for reporting")
  func resumed() async throws {
    try await Self.run(clients: "ca.pem", principals: Self.firewalls, isRestricted: true) { server, made, _ in
      for version in ["-tls1_2", "-tls1_3"] {
        let script = """
          cd "$1"
          ask() {
            (printf 'GET /v1/sets/mcr.txt HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n'; sleep 1) |
              openssl s_client -connect "$where" -CAfile ca.pem -cert client.pem -key client.key "$@" 2>&1 |
              grep -aoE '^Reused|HTTP/1.1 200'
          }
          where=127.0.0.1:$2
          ask "$3" -sess_out session
          ask "$3" -sess_in session
          """
        let outcome = try await Tool.shell(script, [made.folder.path, "\(server.port)", version])
        #expect(outcome.lines == ["HTTP/1.1 200", "Reused", "HTTP/1.1 200"], "\(version)")
      }
      let reply = try await server.curl(
        "/v1/sightings",
        [
          "--cacert", made.path("ca.pem"), "--cert", made.path("plain-client.pem"), "--key",
          made.path("plain-client.key"), "--data-binary", "a.microsoft.com",
        ])
      #expect(reply.status == 202)
      #expect(server.sightings.sources == ["forti"])
    }
  }

  @Test(
    "certificates are replaced under load without one failed request, and the connections that are open go on"
  )
  func rotation() async throws {
    try await Self.run { server, made, identity in
      let keeper = TLSKeeper(
        identity, every: .milliseconds(20), metrics: PrometheusRegistry(), logger: Logger(label: "test"))
      // One client keeps its connection, others make new ones all the time; both count what fails.
      let script = """
        import ssl, socket, sys, http.client, os, json
        port, ca, stop = int(sys.argv[1]), sys.argv[2], sys.argv[3]
        context = ssl.create_default_context(cafile=ca)
        kept = http.client.HTTPSConnection("127.0.0.1", port, context=context)
        good, bad, serials = 0, 0, set()
        while not os.path.exists(stop):
          try:
            kept.request("GET", "/v1/sets/mcr.txt"); r = kept.getresponse(); r.read()
            new = http.client.HTTPSConnection("127.0.0.1", port, context=context)
            new.request("GET", "/v1/sets/mcr.txt"); s = new.getresponse(); s.read()
            serials.add(new.sock.getpeercert()["serialNumber"]); new.close()
            good += 1 if r.status == 200 and s.status == 200 else 0
            bad += 0 if r.status == 200 and s.status == 200 else 1
          except Exception as e: bad += 1; print(repr(e), file=sys.stderr)
        print(json.dumps([good, bad, len(serials)]))
        """
      let stop = made.path("stop")
      let result = try await withThrowingTaskGroup(of: String?.self) { group in
        group.addTask {
          await keeper.run()
          return nil
        }
        group.addTask {
          let outcome = try await Tool.run(
            "python3", ["-c", script, "\(server.port)", made.path("ca.pem"), stop])
          return outcome.text + outcome.errors
        }
        group.addTask {
          for round in 0..<40 {
            let name = round % 2 == 0 ? "server2" : "server"
            // First one file, then the other: in between they don't belong together.
            for (from, to) in [("\(name).key", "tls.key"), ("\(name).pem", "tls.pem")] {
              try FileManager.default.copyItem(atPath: made.path(from), toPath: made.path("new"))
              _ = made.path("new").withCString { new in made.path(to).withCString { rename(new, $0) } }
              try await Task.sleep(for: .milliseconds(40))
            }
          }
          try Data().write(to: URL(filePath: stop))
          return nil
        }
        var found = ""
        while let text = try await group.next() {
          if let text {
            found = text
            break
          }
        }
        group.cancelAll()
        return found
      }
      let counts = try #require(
        try? JSONDecoder().decode(
          [Int].self, from: Data(result.split(separator: "\n").first.map(String.init)?.utf8 ?? "".utf8)),
        "\(result)")
      #expect(counts[0] > 50 && counts[1] == 0 && counts[2] == 2, "\(result)")
    }
  }

  @Test(
    "new files that can't be used change nothing, are told once, and are forgotten once they are right again")
  func broken() async throws {
    try await Self.run { server, made, identity in
      let before = identity.expires
      try Data("-----BEGIN CERTIFICATE-----\nnonsense".utf8).write(to: URL(filePath: made.path("tls.pem")))
      guard case .broken(let error) = identity.reload() else {
        Issue.record("a broken file was taken")
        return
      }
      #expect(error.path == made.path("tls.pem"))
      #expect(identity.reload() == .unchanged)
      #expect(identity.expires == before)
      #expect(try await server.curl("/healthz", ["--cacert", made.path("ca.pem")]).status == 200)
      #expect(identity.warnings(now: TestServer.at).contains { $0.contains("the old ones stay") })
      // The certificate of another key.
      try Data(contentsOf: URL(filePath: made.path("server2.pem"))).write(
        to: URL(filePath: made.path("tls.pem")))
      guard case .broken = identity.reload() else {
        Issue.record("a certificate without its key was taken")
        return
      }
      #expect(try await server.curl("/healthz", ["--cacert", made.path("ca.pem")]).status == 200)
      try Data(contentsOf: URL(filePath: made.path("server2.key"))).write(
        to: URL(filePath: made.path("tls.key")))
      #expect(identity.reload() == .replaced)
      #expect(identity.expires < before)
      #expect(!identity.warnings(now: TestServer.at).contains { $0.contains("the old ones stay") })
      let soon = identity.warnings(now: identity.expires - .seconds(20 * 86_400))
      #expect(soon.count == 1 && soon[0].contains("in 20 days"))
      #expect(identity.warnings(now: identity.expires - .seconds(22 * 86_400)).isEmpty)
      #expect(identity.warnings(now: identity.expires)[0].contains("ended at"))
    }
  }

  @Test("a client that never ends the handshake is cut off")
  func slowHandshake() async throws {
    var limits = HTTPLimits()
    limits.headerTime = .seconds(1)
    try await Self.run(limits: limits) { server, _, _ in
      let text = try await server.raw("\u{16}\u{3}\u{1}", seconds: 8)
      #expect(text.isEmpty)
    }
  }
}
