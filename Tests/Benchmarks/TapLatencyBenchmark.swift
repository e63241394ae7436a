import DNS
import Deciding
import Foundation
import Learning
import Synchronization

/// How soon a client's answer is handed on. Usage: `benchmarks tap-latency ROUNDS [flood]`; with `flood` another
/// connection sends denials of random labels as fast as they are read.
enum TapLatencyBenchmark {
  /// Sends one name after another, at uneven times, and waits for the report that has it.
  static func run(_ arguments: [String]) async throws {
    guard [1, 2].contains(arguments.count), let rounds = Int(arguments[0]), rounds > 0 else {
      print("usage: benchmarks tap-latency ROUNDS [flood]")
      return
    }
    let path = FileManager.default.temporaryDirectory.appending(path: "tap-\(UUID().uuidString)").path
    let tap = TapListener(
      endpoint: .unix(path: path), label: "bench", isTrusted: true, vantage: Vantage("bench"),
      watching: FrameBenchmark.watched,
      now: { Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) })
    let clock = ContinuousClock()
    let sent = Mutex([String: ContinuousClock.Instant]())
    let latencies = Mutex([Double]())
    let (ready, isReady) = AsyncStream.makeStream(of: Void.self)
    let running = Task {
      try await tap.run(onListening: { _ in isReady.yield() }) { report in
        let now = clock.now
        for sighting in report.sightings {
          guard let start = sent.withLock({ $0.removeValue(forKey: sighting.name.text) }) else { continue }
          let taken = now - start
          latencies.withLock {
            $0.append(Double(taken.components.attoseconds) / 1e15 + Double(taken.components.seconds) * 1000)
          }
        }
      }
    }
    for await _ in ready { break }
    let isFlooding = Mutex(arguments.count == 2)
    if arguments.count == 2 {
      let labels = (0..<200_000).flatMap { CapturedFrames.denial(of: "f\($0).data.mcr.microsoft.com") }
      let flood = try TapWriter(path)
      Thread.detachNewThread {
        try? flood.send(CapturedFrames.start)
        while isFlooding.withLock({ $0 }), (try? flood.send(labels)) != nil {}
      }
    }
    let writer = try TapWriter(path)
    try writer.send(CapturedFrames.start)
    for round in 0..<rounds {
      let name = "r\(round).data.mcr.microsoft.com"
      let frame = CapturedFrames.answer(to: name)
      sent.withLock { $0[name] = clock.now }
      try writer.send(frame)
      try await Task.sleep(for: .microseconds(500 + round * 7919 % 9000))
    }
    while sent.withLock({ !$0.isEmpty }) { try await Task.sleep(for: .milliseconds(1)) }
    isFlooding.withLock { $0 = false }
    let (items, dropped) = (tap.report.items, tap.report.dropped)
    running.cancel()
    try await running.value
    let sorted = latencies.withLock { $0.sorted() }
    print("frames\t\(items)\tdropped\t\(dropped)\trss_kib\t\(try TapSocketBenchmark.residentKibibytes())")
    print(
      "rounds\t\(sorted.count)\tp50_ms\t\(text(sorted[sorted.count / 2]))\tp99_ms\t\(text(sorted[sorted.count * 99 / 100]))"
    )
  }

  private static func text(_ milliseconds: Double) -> String { String(format: "%.2f", milliseconds) }
}
