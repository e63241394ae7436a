import Applying
import DNS
import Foundation

/// `benchmarks kernel-latency SOCKET nft|ipset ELEMENTS CHANGES`: from an answer that a client was given, as a resolver
/// tells it to a running service through the dnstap socket, to that address in the kernel's set `bench4`, which a
/// following gateway keeps in step. Prints the median, the 99th percentile and the worst in milliseconds.
enum KernelLatencyBenchmark {
  /// The names that the service watches: one may have only so many addresses.
  private static let names = (0..<10).map { "n\($0).example.com" }

  static func run(_ arguments: [String]) async throws {
    guard arguments.count == 4, let elements = Int(arguments[2]), let changes = Int(arguments[3]),
      elements > 0
    else {
      return print("usage: benchmarks kernel-latency SOCKET nft|ipset ELEMENTS CHANGES")
    }
    let isNFT = arguments[1] == "nft"
    let runner = ToolRunner()
    let tap = try TapWriter(arguments[0])
    try tap.send(CapturedFrames.start)
    for number in 0..<elements { try tap.send(answer(number)) }
    let end = ContinuousClock.now + .seconds(60)
    while try await !ApplyBenchmark.holds(address(elements - 1), isNFT, runner) {
      guard ContinuousClock.now < end else { return print("the kernel's set never had the first addresses") }
      try await Task.sleep(for: .milliseconds(50))
    }
    var spans = [Double]()
    for number in elements..<elements + changes {
      try await Task.sleep(for: .milliseconds(50 + number * 7919 % 50))
      let start = ContinuousClock.now
      try tap.send(answer(number))
      while try await !ApplyBenchmark.holds(address(number), isNFT, runner) {}
      spans.append((ContinuousClock.now - start) / .milliseconds(1.0))
    }
    print(ApplyBenchmark.line(spans))
  }

  /// No two can be joined, so that a change is one element.
  private static func address(_ number: Int) -> IPAddress { IPAddress(v4: 0x1400_0000 + UInt32(number) * 3) }

  private static func answer(_ number: Int) -> [UInt8] {
    let value = 0x1400_0000 + UInt32(number) * 3
    let octets = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> UInt32($0)) }
    return CapturedFrames.answer(to: names[number % names.count], octets)
  }
}
