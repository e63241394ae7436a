import DNS
import Deciding
import Foundation
import Synchronization
import Testing

@testable import Learning

/// A listener that runs while a test does, and what it brought.
final class RunningTap: Sendable {
  let listener: TapListener
  let port: Int?
  private let gathered: Gathered
  private let running: Task<Void, any Error>

  private final class Gathered: Sendable {
    let reports = Mutex([TapReport]())
    let connections = Mutex([Int]())
  }

  /// Starts it and waits until it listens.
  init(
    _ endpoint: TapEndpoint, trusted: Bool = true, limits: TapLimits = TapLimits(),
    targets: Set<DomainName> = []
  )
    async throws
  {
    let listener = TapListener(
      endpoint: endpoint, label: "dnstap:\(endpoint)", isTrusted: trusted, vantage: Vantage("tap"),
      watching: DnsmasqQueryLogTests.mcr, targets: targets, limits: limits,
      now: { Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) })
    let gathered = Gathered()
    let (ports, isListening) = AsyncThrowingStream.makeStream(of: Int?.self)
    let running = Task {
      do {
        try await listener.run(
          onListening: { isListening.yield($0) },
          onConnections: { count in gathered.connections.withLock { $0.append(count) } },
          { report in gathered.reports.withLock { $0.append(report) } })
      } catch {
        isListening.finish(throwing: error)
        throw error
      }
    }
    self.listener = listener
    self.gathered = gathered
    self.running = running
    var port: Int??
    for try await found in ports {
      port = found
      break
    }
    self.port = try #require(port)
  }

  var reports: [TapReport] { gathered.reports.withLock { $0 } }
  /// Every number of connections that was told, in order.
  var connections: [Int] { gathered.connections.withLock { $0 } }
  var names: Set<String> { Set(reports.flatMap(\.sightings).map(\.name.text)) }
  var lookups: [Lookup] { reports.flatMap(\.lookups) }

  func stop() async throws {
    running.cancel()
    try await running.value
  }

  /// Runs one on a unix socket in a folder of its own.
  static func onUnixSocket(
    trusted: Bool = true, limits: TapLimits = TapLimits(), targets: Set<DomainName> = [],
    _ body: (RunningTap, String) async throws -> Void
  ) async throws {
    // Short: a socket's path has at most 107 octets.
    let folder = FileManager.default.temporaryDirectory.appending(path: "tap-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    // The servers of the live tests may run as another user.
    try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: folder.path)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "tap.sock").path
    let tap = try await RunningTap(.unix(path: path), trusted: trusted, limits: limits, targets: targets)
    do { try await body(tap, path) } catch {
      try? await tap.stop()
      throw error
    }
    try await tap.stop()
  }
}

/// Waits until something holds.
func eventually(
  _ what: Comment, within limit: Duration = .seconds(20), _ holds: @escaping @Sendable () async throws -> Bool
) async throws {
  let end = ContinuousClock.now + limit
  while try await !holds() {
    guard ContinuousClock.now < end else {
      Issue.record(what)
      throw DeadlinePassed()
    }
    try await Task.sleep(for: .milliseconds(2))
  }
}

/// The sender's side of a connection, without ever blocking the threads that tests share.
final class TapSender: Sendable {
  private let socket: Int32
  private let isOpen = Mutex(true)

  init(unix path: String) throws {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
    socket = Foundation.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    try Self.connect(socket, &address)
  }

  init(port: Int) throws {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    socket = Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    try Self.connect(socket, &address)
  }

  deinit { close() }

  func close() {
    isOpen.withLock { isOpen in
      if isOpen { Foundation.close(socket) }
      isOpen = false
    }
  }

  func send(_ octets: [UInt8]) async throws {
    var rest = octets[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Foundation.send(
          socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
      }
      if count < 0, errno == EAGAIN {
        try await Task.sleep(for: .milliseconds(1))
      } else {
        guard count > 0 else { throw TapSenderError.closed }
        rest = rest.dropFirst(count)
      }
    }
  }

  /// What comes until there are `count` octets, or the other side closes.
  func receive(_ count: Int) async throws -> [UInt8] {
    var octets = [UInt8]()
    let end = ContinuousClock.now + .seconds(20)
    while octets.count < count, ContinuousClock.now < end {
      var piece = [UInt8](repeating: 0, count: count - octets.count)
      let got = recv(socket, &piece, piece.count, Int32(MSG_DONTWAIT))
      if got < 0, errno == EAGAIN {
        try await Task.sleep(for: .milliseconds(1))
      } else {
        guard got > 0 else { break }
        octets += piece[..<got]
      }
    }
    return octets
  }

  /// Whether the other side closes within a while.
  func isClosed() async throws -> Bool { try await receive(1).isEmpty }

  private static func connect<Address>(_ socket: Int32, _ address: inout Address) throws {
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Foundation.connect(socket, $0, socklen_t(MemoryLayout<Address>.size))
      }
    }
    guard result == 0 else {
      Foundation.close(socket)
      throw TapSenderError.refused
    }
  }
}

enum TapSenderError: Error {
  case refused
  case closed
}
