import DNS
import Deciding
import Foundation
import TestTools
import Testing

@testable import Learning

/// Real servers that answer on loopback and log what they were asked, in a format that is found out from their log.
@Suite(.timeLimit(.minutes(3))) struct LiveQueryLogTests {
  struct Server: Sendable, CustomTestStringConvertible {
    let program: String
    let format: LineFormat
    /// What the denied name is: some logs hold no answers.
    let hasAnswers: Bool
    /// Its configuration's files, with PORT and FOLDER in them.
    let files: [String: String]
    let arguments: [String]
    /// Where it logs to, in its folder; standard error when it is `output`.
    let log: String
    var testDescription: String { program }
  }

  private static let zone = """
    $TTL 60
    @ SOA ns. host. 1 3600 600 86400 30
    @ NS ns.
    eastus A 192.0.2.1
    westeurope A 192.0.2.2
    """

  static let servers = [
    Server(
      program: "unbound", format: .unbound, hasAnswers: true,
      files: [
        "c": """
        server:
          interface: 127.0.0.1@PORT
          do-daemonize: no
          username: ""
          chroot: ""
          directory: "FOLDER"
          pidfile: ""
          use-syslog: no
          logfile: "FOLDER/log"
          log-queries: yes
          log-replies: yes
          log-tag-queryreply: yes
          log-time-ascii: yes
          local-zone: "example." static
          local-zone: "data.mcr.microsoft.com." static
          local-data: "eastus.data.mcr.microsoft.com. A 192.0.2.1"
          local-data: "westeurope.data.mcr.microsoft.com. A 192.0.2.2"
        remote-control:
          control-enable: no
        """
      ], arguments: ["-d", "-c", "FOLDER/c"], log: "log"),
    Server(
      program: "named", format: .bind, hasAnswers: false,
      files: [
        "c": """
        options {
          directory "FOLDER"; pid-file none; session-keyfile none; listen-on port PORT { 127.0.0.1; };
          listen-on-v6 { none; }; recursion no; querylog yes; dnssec-validation no;
        };
        controls { };
        logging {
          channel q { file "FOLDER/log"; print-time iso8601; print-category yes; print-severity yes; };
          category queries { q; };
        };
        zone "data.mcr.microsoft.com" { type primary; file "FOLDER/z"; };
        """, "z": zone,
      ], arguments: ["-f", "-c", "FOLDER/c"], log: "log"),
    Server(
      program: "dnsdist", format: .dnsdist, hasAnswers: true,
      files: [
        "c": """
        setLocal("127.0.0.1:PORT")
        addAction(AllRule(), LogAction("FOLDER/log", false, true, false, false, true))
        addAction("eastus.data.mcr.microsoft.com.", SpoofAction("192.0.2.1"))
        addAction("westeurope.data.mcr.microsoft.com.", SpoofAction("192.0.2.2"))
        addAction(AllRule(), RCodeAction(DNSRCode.NXDOMAIN))
        addSelfAnsweredResponseAction(AllRule(), LogResponseAction("FOLDER/log", true, false, false, true))
        """
      ], arguments: ["--supervised", "--disable-syslog", "-C", "FOLDER/c"], log: "log"),
    Server(
      program: "pdns_recursor", format: .recursor, hasAnswers: true,
      files: [
        "recursor.conf": """
        local-address=127.0.0.1
        local-port=PORT
        socket-dir=FOLDER
        daemon=no
        disable-syslog=yes
        quiet=no
        structured-logging=yes
        loglevel=6
        auth-zones=data.mcr.microsoft.com=FOLDER/z
        security-poll-suffix=
        hint-file=no
        """, "z": zone,
      ], arguments: ["--config-dir=FOLDER"], log: "output"),
  ]

  @Test("what a real server logs must be learned, each use once", arguments: servers)
  func learns(_ server: Server) async throws {
    try await Tool.withFolder { folder in
      let (child, port) = try await start(server, folder)
      let names = ["eastus", "westeurope", "nosuchregion"].map { "\($0).data.mcr.microsoft.com" }
      for name in names { _ = try await ask(name, port) }
      // A space, a dot and a quotation mark within a label.
      for odd in ["sp\\032ace", "a\\.b", "q\\\"", "*"] {
        _ = try await ask(odd + ".data.mcr.microsoft.com", port)
      }
      _ = try await ask("last.data.mcr.microsoft.com", port)
      let path = folder.appending(path: server.log).path
      var tally = SightingTally()
      let end = ContinuousClock.now + .seconds(30)
      var format = LineFormat.hostnames
      while tally.names[DomainName(canonical: "last.data.mcr.microsoft.com")] == nil,
        ContinuousClock.now < end
      {
        try await Task.sleep(for: .milliseconds(100))
        guard let octets = try? Data(contentsOf: URL(filePath: path)) else { continue }
        format = LineFormat.detect(Array(octets))
        var reader = SightingReader(format, watching: CaptureTests.watched)
        reader.append(Array(octets))
        tally = reader.takeTally()
      }
      child.signal(SIGTERM)
      try await child.ended()
      #expect(format == server.format)
      #expect(Set(tally.names.keys.map(\.text)) == Set(names + ["last.data.mcr.microsoft.com"]))
      #expect(tally.names.values.allSatisfy { $0.count == 1 }, "\(tally.names)")
      let evidence = names.map { tally.names[DomainName(canonical: $0)]?.evidence }
      #expect(evidence == (server.hasAnswers ? [.resolved, .resolved, .denied] : [.asked, .asked, .asked]))
      #expect(tally.malformed[.notHostname, default: 0] >= 4, "\(tally.malformed)")
      #expect(tally.malformed.count == 1, "\(tally.malformed)")
    }
  }

  /// A running server that has answered, and its port.
  private func start(_ server: Server, _ folder: URL) async throws -> (ChildProgram, Int) {
    for _ in 0..<5 {
      let port = try LiveDnsmasqTests.freePort()
      func filled(_ text: String) -> String {
        text.replacing("PORT", with: "\(port)").replacing("FOLDER", with: folder.path)
      }
      for (name, text) in server.files {
        try Data((filled(text) + "\n").utf8).write(to: folder.appending(path: name))
      }
      let child = try ChildProgram(
        try ChildProgram.path(server.program), server.arguments.map(filled),
        ChildProgram.Streams(output: folder.appending(path: "output").path))
      let end = ContinuousClock.now + .seconds(10)
      while ContinuousClock.now < end, !child.hasEnded {
        if try await ask("ready.example", port).contains("status:") { return (child, port) }
        try await Task.sleep(for: .milliseconds(50))
      }
      child.signal(SIGKILL)
      try await child.ended()
    }
    Issue.record(
      "\(server.program): \((try? String(contentsOf: folder.appending(path: "output"), encoding: .utf8)) ?? "")"
    )
    throw DeadlinePassed()
  }

  private func ask(_ name: String, _ port: Int) async throws -> String {
    try await Tool.run("dig", ["@127.0.0.1", "-p", "\(port)", "+tries=1", "+time=5", "+noedns", name, "A"])
      .text
  }
}
