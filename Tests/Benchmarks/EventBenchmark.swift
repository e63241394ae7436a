import DNS
import Deciding
import Foundation
import Glibc
import Logging
import Publishing
import ServiceLifecycle
import Serving
import Synchronization

/// `benchmarks sse CLIENTS [ROUNDS]`: so many clients wait for events of one service in a process of its own; prints
/// its resident memory in MiB and the milliseconds until all of them know of a new generation, the worst of the rounds.
///
/// The server is this program again (`benchmarks sse-server`), so that the clients' memory isn't counted; both share
/// the machine's cores.
enum EventBenchmark {
  static func run(_ arguments: [String]) async throws {
    guard let count = arguments.first.flatMap({ Int($0) }), count > 0 else {
      return print("usage: benchmarks sse CLIENTS [ROUNDS]")
    }
    let rounds = arguments.count > 1 ? Int(arguments[1]) ?? 5 : 5
    let server = Process()
    server.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    server.arguments = ["sse-server"]
    let (orders, reports) = (Pipe(), Pipe())
    server.standardInput = orders
    server.standardOutput = reports
    try server.run()
    defer {
      server.terminate()
      server.waitUntilExit()
    }
    func report() -> String {
      var line = ""
      while let octet = try? reports.fileHandleForReading.read(upToCount: 1)?.first, octet != 0x0a {
        line.unicodeScalars.append(Unicode.Scalar(octet))
      }
      return line
    }
    func order(_ word: String) { orders.fileHandleForWriting.write(Data("\(word)\n".utf8)) }
    guard let port = UInt16(report()) else { return print("no server") }
    let crowd = Crowd(count: count, port: port)
    guard crowd.connect() else { return print("only \(crowd.connected) of \(count) clients could connect") }
    guard crowd.awaitEvents("id: 1\n", of: count, within: 60) != nil else {
      return print("not all got the first")
    }
    var worst = 0.0
    for round in 0..<rounds {
      let start = ContinuousClock.now
      order("publish")
      guard crowd.awaitEvents("id: \(round + 2)\n", of: count, within: 60) != nil else {
        return print("not all were told")
      }
      let span = ContinuousClock.now - start
      worst = max(worst, Double(span.components.seconds) * 1000 + Double(span.components.attoseconds) / 1e15)
    }
    order("memory")
    print("\(report()) \(Int(worst.rounded(.up)))")
  }

  /// Not print() and fflush(): that would wait for the thread that reads standard input.
  @Sendable private static func tell(_ line: String) {
    FileHandle.standardOutput.write(Data("\(line)\n".utf8))
  }

  /// Publishes when it is told to, and tells its memory.
  static func serve() async throws {
    guard let set = SetName("mcr") else { return }
    let sets = PublishedSets([set], waiters: 100_000)
    let sample = try SampleSnapshot.make(elements: 5000, set: set)
    @Sendable func publish(_ generation: Int64) {
      let snapshot = Snapshot(
        set: set, generation: Generation(generation), at: sample.at, elements: sample.elements,
        digest: sample.digest)
      sets.publish(
        PublishedSet(
          snapshot: snapshot, status: .ok, checkedAt: sample.at, validUntil: sample.at + .seconds(3600)))
    }
    publish(1)
    var logger = Logger(label: "postern.benchmark")
    logger.logLevel = .critical
    let server = SetServer(
      Site(sets: sets, consumers: ConsumerLog(), now: { Timestamp(seconds: Int64(time(nil))) }),
      listen: [ListenAddress(host: "127.0.0.1", port: 0)], logger: logger,
      onListening: { address in
        tell("\(address.port)")
      })
    let listener = Thread {
      var generation: Int64 = 1
      while let line = readLine() {
        if line == "publish" {
          generation += 1
          publish(generation)
        } else {
          let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
          let peak = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
          tell("\((Int(peak.filter(\.isNumber)) ?? 0) / 1024)")
        }
      }
      exit(0)
    }
    listener.start()
    try await server.run()
  }
}

/// Many clients on one thread and one poll(2), for they must cost less than what they measure.
private final class Crowd {
  private let count: Int
  private let port: UInt16
  private var sockets: [Int32] = []
  var connected: Int { sockets.count }

  init(count: Int, port: UInt16) {
    self.count = count
    self.port = port
  }

  deinit {
    for socket in sockets { close(socket) }
  }

  func connect() -> Bool {
    let request = Array("GET /v1/sets/mcr/events HTTP/1.1\r\nHost: x\r\nUser-Agent: crowd\r\n\r\n".utf8)
    for number in 0..<count {
      let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      guard descriptor >= 0 else { return false }
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = port.bigEndian
      address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
      let isConnected = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
        }
      }
      guard isConnected, send(descriptor, request, request.count, 0) == request.count else { return false }
      sockets.append(descriptor)
      // A listening socket's queue is short.
      if number % 100 == 99 { usleep(2000) }
    }
    return true
  }

  /// Waits until `text` has come to so many clients; nil when it did not in time.
  func awaitEvents(_ text: String, of wanted: Int, within seconds: Int) -> Int? {
    let mark = Array(text.utf8)
    var seen = 0
    let end = ContinuousClock.now + .seconds(seconds)
    var events = sockets.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    var buffer = [UInt8](repeating: 0, count: 4096)
    while seen < wanted, ContinuousClock.now < end {
      guard poll(&events, nfds_t(events.count), 100) > 0 else { continue }
      for index in events.indices where events[index].revents != 0 {
        let length = recv(events[index].fd, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        guard length > 0 else {
          events[index].fd = -1
          continue
        }
        if buffer[..<length].firstRange(of: mark) != nil { seen += 1 }
      }
    }
    return seen >= wanted ? seen : nil
  }
}
