import Deciding
import Foundation
import Learning
import Synchronization

/// How many dnstap frames a second go through a real unix socket.
enum TapSocketBenchmark {
  /// `tap-socket FILE TIMES [SOCKET]`: a thread writes the capture's frames as many times, and the time runs until FINISH
  /// says that all were read. With a socket the frames go to the program that listens there, to compare.
  static func run(_ arguments: [String]) async throws {
    guard arguments.count == 2 || arguments.count == 3, let times = Int(arguments[1]), times > 0 else {
      print("usage: benchmarks tap-socket FILE TIMES [SOCKET]")
      return
    }
    let capture = try CapturedFrames(arguments[0])
    let (block, count) = capture.block
    let blocks = max(1, times * capture.frames.count / count)
    let frames = blocks * count
    if arguments.count == 3 {
      let seconds = try await write(block, blocks, to: arguments[2])
      print("frames\t\(frames)\tframes/s\t\(Int(Double(frames) / seconds))")
      return
    }
    let path = FileManager.default.temporaryDirectory.appending(path: "tap-\(UUID().uuidString)").path
    let tap = TapListener(
      endpoint: .unix(path: path), label: "bench", isTrusted: true, vantage: Vantage("bench"),
      watching: FrameBenchmark.watched, targets: FrameBenchmark.targets,
      now: { Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) })
    let gathered = Mutex((reports: 0, lookups: 0))
    let (ready, isReady) = AsyncStream.makeStream(of: Void.self)
    let running = Task {
      try await tap.run(onListening: { _ in isReady.yield() }) { report in
        gathered.withLock {
          $0.reports += 1
          $0.lookups += report.lookups.count
        }
      }
    }
    for await _ in ready { break }
    // The first run makes the process as large as it gets; the second must not make it larger.
    _ = try await write(block, max(1, blocks / 10), to: path)
    let (itemsBefore, before) = (tap.report.items, try residentKibibytes())
    let seconds = try await write(block, blocks, to: path)
    let after = try residentKibibytes()
    let items = tap.report.items - itemsBefore
    running.cancel()
    try await running.value
    let (reports, lookups) = gathered.withLock { ($0.reports, $0.lookups) }
    print(
      "frames\t\(items)\tlost\t\(Int64(frames) - items)\tdropped\t\(tap.report.dropped)\treports\t\(reports)\tlookups\t\(lookups)"
        + "\trss_kib\t\(before)\t\(after)\tframes/s\t\(Int(Double(items) / seconds))")
  }

  /// Writes from a thread of its own, with the whole handshake; gives back the seconds from START to FINISH.
  private static func write(_ block: [UInt8], _ times: Int, to path: String) async throws -> Double {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread {
        continuation.resume(with: Result { try writeBlocking(block, times, to: path) })
      }
    }
  }

  private static func writeBlocking(_ block: [UInt8], _ times: Int, to path: String) throws -> Double {
    let writer = try TapWriter(path)
    try writer.send(CapturedFrames.ready)
    // ACCEPT has the length of READY.
    try writer.receive(CapturedFrames.ready.count)
    let clock = ContinuousClock()
    let start = clock.now
    try writer.send(CapturedFrames.start)
    for _ in 0..<times { try writer.send(block) }
    try writer.send(CapturedFrames.stop)
    try writer.receive(CapturedFrames.stop.count)
    return Double((clock.now - start).milliseconds) / 1000
  }

  static func residentKibibytes() throws -> Int {
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
    return line.flatMap { $0.split(whereSeparator: \.isWhitespace).dropFirst().first }.flatMap { Int($0) }
      ?? 0
  }
}
