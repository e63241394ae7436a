import DNS
import Deciding
import Foundation
import Learning
import Logging
import Publishing
import Recording
import Refreshing
import Serving
import ServiceLifecycle
import Synchronization

/// `benchmarks latency FOLDER [NAMES [CHANGES [tap]]]`: from the moment at which the resolver hands over an answer that
/// holds a new address to the moment at which HTTP serves it; with `tap`, from the moment at which a trusted tap writes
/// a client's answer to its socket. Prints the median and the 99th percentile in milliseconds, on one line.
enum LatencyBenchmark {
  static func run(_ arguments: [String]) async throws {
    guard let folder = arguments.first, let set = SetName("mcr") else {
      return print("usage: benchmarks latency FOLDER [NAMES [CHANGES [tap]]]")
    }
    let names = arguments.count > 1 ? Int(arguments[1]) ?? 1000 : 1000
    let changes = arguments.count > 2 ? Int(arguments[2]) ?? 300 : 300
    let resolver = ChangingResolver()
    let clock = MachineClock()
    let policy = SetPolicy(
      name: set, selectors: try (0..<names).map { .name(try DomainName("n\($0).example.com")) })
    let history = try HistoryStore.open(path: folder + "/history.sqlite", mode: .writer)
    let tap = Vantage("tap")
    let watch = Watch(
      policies: [policy], vantages: [Vantage("scripted")], taps: [tap], limits: Limits(), now: clock.now,
      seed: 1,
      digesting: Digest.computing(body:))
    var logger = Logger(label: "postern.benchmark")
    logger.logLevel = .critical
    let sets = PublishedSets([set])
    let worker = ResolverWorker(
      watch: watch, resolver: resolver, recorder: history, publisher: Direct(sets: sets), clock: clock,
      logger: logger)
    let (ports, continuation) = AsyncStream<Int>.makeStream()
    let server = SetServer(
      Site(sets: sets, now: { clock.now }), listen: [ListenAddress(host: "127.0.0.1", port: 0)],
      logger: logger,
      onListening: { continuation.yield($0.port) })
    let socket = arguments.count > 3 ? folder + "/tap.sock" : nil
    var members: [any Service] = [server, worker]
    if let socket {
      let listener = TapListener(
        endpoint: .unix(path: socket), label: "tap", isTrusted: true, vantage: tap,
        watching: WatchedNames(policy.selectors), now: { clock.now })
      members.append(Tapping(listener: listener, worker: worker))
    }
    let services = ServiceGroup(services: members, logger: logger)
    let client = Thread {
      let waiting = DispatchSemaphore(value: 0)
      let port = Mutex(0)
      Task {
        for await listening in ports {
          port.withLock { $0 = listening }
          waiting.signal()
          return
        }
      }
      waiting.wait()
      measure(port: port.withLock { $0 }, names: names, changes: changes, resolver, socket)
      Task { await services.triggerGracefulShutdown() }
    }
    client.start()
    try await services.run()
    try history.close()
  }

  /// Polls the set over one kept connection, on a thread of its own, so that it takes nothing from the service's.
  private static func measure(
    port: Int, names: Int, changes: Int, _ resolver: ChangingResolver, _ socket: String?
  ) {
    // What isn't published yet is refused, and the connection may end with it: each try has its own.
    while Poller(port: port)?.get().split(separator: UInt8(ascii: "\n")).count ?? 0 < names {
      usleep(100_000)
    }
    guard let poller = Poller(port: port) else { return print("no connection") }
    usleep(1_000_000)
    let writer = socket.flatMap { try? TapWriter($0) }
    try? writer?.send(CapturedFrames.start)
    var spans = [Double]()
    for number in 0..<changes {
      var sentAt: ContinuousClock.Instant?
      if let writer {
        let frame = CapturedFrames.answer(
          to: "n\(number % names).example.com", ChangingResolver.address(1 << 20 + number).octets)
        sentAt = .now
        try? writer.send(frame)
      } else {
        resolver.changeNext(to: number)
      }
      let text = Array("\(ChangingResolver.address(1 << 20 + number))\n".utf8)
      while true {
        let body = poller.get()
        if body.firstRange(of: text) != nil { break }
        usleep(300)
      }
      guard let handed = sentAt ?? resolver.handedAt else { continue }
      let span = ContinuousClock.now - handed
      spans.append(Double(span.components.attoseconds) / 1e15 + Double(span.components.seconds) * 1000)
      usleep(UInt32.random(in: 5_000...30_000))
    }
    spans.sort()
    func percentile(_ share: Double) -> Double {
      spans[min(spans.count - 1, Int(Double(spans.count) * share))]
    }
    print(String(format: "%.1f %.1f %d", percentile(0.5), percentile(0.99), spans.count))
  }
}

/// Hands what a tap tells to the worker.
private struct Tapping: Service {
  let listener: TapListener
  let worker: ResolverWorker

  func run() async throws {
    _ = await cancelWhenGracefulShutdown {
      try? await listener.run { report in await worker.observe(report) }
    }
  }
}

/// Answers each name with an address of its own; the next one asked after `changeNext` has a new one beside it.
private final class ChangingResolver: Resolver {
  private struct State {
    var addresses: [DomainName: [IPAddress]] = [:]
    var next: Int?
    var handedAt: ContinuousClock.Instant?
  }

  private let state = Mutex(State())

  /// When the last changed answer was handed over.
  var handedAt: ContinuousClock.Instant? { state.withLock(\.handedAt) }

  func changeNext(to number: Int) { state.withLock { $0.next = number } }

  /// 20.0.0.0 and on, in steps of two so that nothing aggregates.
  static func address(_ number: Int) -> IPAddress {
    let value = UInt32(20) << 24 + UInt32(number) * 2
    return IPAddress("\(value >> 24).\(value >> 16 & 255).\(value >> 8 & 255).\(value & 255)")
      ?? IPAddress(v4: value)
  }

  func lookup(_ question: Question, at vantage: Vantage) async -> Lookup {
    let now = MachineClock().now
    let addresses: [IPAddress] = state.withLock { state in
      guard question.type == .a else { return [] }
      var held = state.addresses[question.name] ?? [Self.address(state.addresses.count)]
      if let number = state.next {
        held.append(Self.address(1 << 20 + number))
        state.next = nil
        state.handedAt = .now
      }
      state.addresses[question.name] = held
      return held
    }
    let records = addresses.map {
      ResourceRecord(owner: question.name, type: .a, ttl: TTL(wire: 5), data: .address($0))
    }
    return Lookup(
      question: question, vantage: vantage, at: now, outcome: records.isEmpty ? .noData : .answer,
      chain: CNAMEChain(question, answers: records))
  }
}

private struct MachineClock: WallClock {
  var now: Timestamp { Timestamp(milliseconds: Int64(Date.now.timeIntervalSince1970 * 1000)) }

  func sleep(for span: Duration) async { try? await Task.sleep(for: span) }
}

private struct Direct: SetPublisher {
  let sets: PublishedSets

  func publish(_ published: [PublishedSet], readiness: Readiness) async {
    for set in published
    where sets.published(set.snapshot.set)??.snapshot.generation != set.snapshot.generation {
      sets.publish(set)
    }
  }
}

/// One kept HTTP connection that asks for the set again and again.
private final class Poller {
  private let socket: Int32
  private let request = Array("GET /v1/sets/mcr?aggregate=0 HTTP/1.1\r\nHost: x\r\n\r\n".utf8)
  private var buffer = [UInt8](repeating: 0, count: 1 << 20)

  init?(port: Int) {
    socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let socket = socket
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(socket, $0, size) }
    }
    guard result == 0 else { return nil }
  }

  deinit { close(socket) }

  /// The body of one answer; empty when it isn't 200.
  func get() -> ArraySlice<UInt8> {
    guard send(socket, request, request.count, 0) == request.count else { return [] }
    var filled = 0
    while filled < buffer.count {
      let count = buffer.withUnsafeMutableBytes {
        recv(socket, $0.baseAddress.map { $0 + filled }, $0.count - filled, 0)
      }
      guard count > 0 else { return [] }
      filled += count
      guard let end = buffer[..<filled].firstRange(of: Array("\r\n\r\n".utf8)) else { continue }
      let head = String(decoding: buffer[..<end.lowerBound], as: UTF8.self)
      let length = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
        .flatMap { Int($0.split(separator: " ").last ?? "") }
      guard let length, filled - end.upperBound >= length else { continue }
      return head.hasPrefix("HTTP/1.1 200") ? buffer[end.upperBound..<filled] : []
    }
    return []
  }
}
