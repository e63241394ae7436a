import Foundation
import TestTools
import Testing

/// A real resolver on loopback that can be made to lie, to lag or to fail, at the same port.
final class VantageServer {
  enum Program: String, Sendable { case unbound, named, dnsmasq }

  let program: Program
  let port: UInt16
  private let folder: URL
  private let truth: [String]
  private var running: ChildProgram?

  /// Starts it; it tells the truth that it gets from `source`, an address with a port.
  init(_ program: Program, asking source: (host: String, port: String), in folder: URL) async throws {
    self.program = program
    self.folder = folder.appending(path: program.rawValue)
    try FileManager.default.createDirectory(at: self.folder, withIntermediateDirectories: true)
    port = try RealServer.freePort()
    truth =
      switch program {
      case .unbound: ["forward-zone:", "  name: \".\"", "  forward-addr: \(source.host)@\(source.port)"]
      case .named: ["forward only; forwarders { \(source.host) port \(source.port); };"]
      case .dnsmasq: ["server=\(source.host)#\(source.port)"]
      }
    try await start()
  }

  var address: String { "127.0.0.1:\(port)" }

  /// Starts it anew with further lines of its configuration; `isTrue` says whether it still asks for the truth.
  func start(with lines: [String] = [], isTrue: Bool = true) async throws {
    if let running {
      running.signal(SIGCONT)
      running.signal(SIGTERM)
      try await running.ended()
    }
    let configuration = folder.appending(path: "conf").path
    let text = (head + lines + (isTrue ? truth : []) + tail).joined(separator: "\n") + "\n"
    try text.write(toFile: configuration, atomically: true, encoding: .utf8)
    let arguments =
      switch program {
      case .unbound: ["-d", "-c", configuration]
      case .named: ["-g", "-c", configuration]
      case .dnsmasq: ["--keep-in-foreground", "--conf-file=\(configuration)"]
      }
    running = try ChildProgram(
      try ChildProgram.path(program.rawValue), arguments,
      ChildProgram.Streams(output: folder.appending(path: "log").path))
    try await eventually("\(program) listens; it said: \(log)") { try await status() != nil }
  }

  /// Lets it do nothing at all, or go on.
  func signal(_ number: Int32) { running?.signal(number) }

  /// The response code that it gives, such as `NOERROR`; nil when it gives none.
  private func status() async throws -> String? {
    let outcome = try await Tool.run(
      "dig", ["@127.0.0.1", "-p", "\(port)", "+time=1", "+tries=1", "mcr.microsoft.com", "A"])
    return outcome.lines.lazy.compactMap { $0.firstMatch(of: /status: (\w+)/).map { String($0.1) } }.first
  }

  private var log: String {
    let text = try? String(contentsOf: folder.appending(path: "log"), encoding: .utf8)
    return String(text?.suffix(500) ?? "nothing")
  }

  private var head: [String] {
    switch program {
    case .unbound:
      [
        "server:", "  interface: 127.0.0.1", "  port: \(port)", "  username: \"\"", "  chroot: \"\"",
        "  directory: \"\(folder.path)\"", "  pidfile: \"\"", "  use-syslog: no",
        "  do-not-query-localhost: no",
        "  module-config: \"iterator\"", "  infra-host-ttl: 1", "  num-threads: 1",
      ]
    case .named:
      [
        "options {", "directory \"\(folder.path)\";", "listen-on port \(port) { 127.0.0.1; };",
        "listen-on-v6 { none; };", "pid-file none;", "session-keyfile none;", "recursion yes;",
        "dnssec-validation no;", "empty-zones-enable no;", "servfail-ttl 0;",
      ]
    case .dnsmasq:
      [
        "no-resolv", "no-hosts", "cache-size=0", "pid-file=", "user=root", "bind-interfaces",
        "listen-address=127.0.0.1", "port=\(port)",
      ]
    }
  }

  private var tail: [String] {
    switch program {
    case .unbound: ["remote-control:", "  control-enable: no"]
    case .named: ["};", "controls { };"]
    case .dnsmasq: []
    }
  }
}
