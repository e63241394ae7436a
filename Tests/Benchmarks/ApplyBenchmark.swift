import Applying
import DNS
import Deciding
import Foundation
import Glibc
import Publishing

/// `benchmarks apply-latency FOLDER NFT-OR-IPSET ELEMENTS CHANGES`: from the publication of a new address, at a server
/// that FOLDER steers, to that address in the kernel's set, which another process keeps in step. Prints the median, the
/// 99th percentile and the worst in milliseconds, then the same of a bare `nft -f` or `ipset restore` of such a change.
///
/// Run in a network namespace of its own, with `postern apply bench --follow` running.
enum ApplyBenchmark {
  static func run(_ arguments: [String]) async throws {
    guard arguments.count == 4, let elements = Int(arguments[2]), let changes = Int(arguments[3]) else {
      return print("usage: benchmarks apply-latency FOLDER nft|ipset ELEMENTS CHANGES")
    }
    let (folder, isNFT) = (arguments[0], arguments[1] == "nft")
    let runner = ToolRunner()
    var spans = [Double]()
    var bare = [Double]()
    // No two can be joined, so that a change is one element.
    var addresses = (0..<elements).map { IPAddress(v4: 0x1400_0000 + UInt32($0) * 3) }
    try publish(addresses, 1, folder)
    while try await !holds(addresses[elements - 1], isNFT, runner) {
      try await Task.sleep(for: .milliseconds(50))
    }
    for number in 0..<changes {
      let new = IPAddress(v4: 0x1e00_0000 + UInt32(number) * 3)
      addresses.append(new)
      let files = try prepare(addresses, Int64(number + 2), folder)
      try await Task.sleep(for: .milliseconds(30))
      let start = ContinuousClock.now
      try announce(files)
      while try await !holds(new, isNFT, runner) {}
      spans.append((ContinuousClock.now - start) / .milliseconds(1.0))
    }
    for number in 0..<min(changes, 100) {
      let address = IPAddress(v4: 0x2000_0000 + UInt32(number) * 3)
      let start = ContinuousClock.now
      _ =
        isNFT
        ? try await runner.run(
          "nft", ["-f", "-"], input: Array("add element inet postern other4 { \(address) }\n".utf8))
        : try await runner.run("ipset", ["restore"], input: Array("add other4 \(address)\n".utf8))
      bare.append((ContinuousClock.now - start) / .milliseconds(1.0))
    }
    print(line(spans), line(bare))
  }

  static func line(_ spans: [Double]) -> String {
    let sorted = spans.sorted()
    guard let worst = sorted.last else { return "0 0 0" }
    let values = [sorted[sorted.count / 2], sorted[min(sorted.count - 1, sorted.count * 99 / 100)], worst]
    return values.map { String(format: "%.1f", $0) }.joined(separator: " ")
  }

  static func holds(_ address: IPAddress, _ isNFT: Bool, _ runner: ToolRunner) async throws -> Bool {
    let arguments =
      isNFT
      ? ["get", "element", "inet", "postern", "bench4", "{ \(address) }"] : ["test", "bench4", "\(address)"]
    return try await runner.run(isNFT ? "nft" : "ipset", arguments, input: []).status == 0
  }

  private static func publish(_ addresses: [IPAddress], _ generation: Int64, _ folder: String) throws {
    try announce(prepare(addresses, generation, folder))
  }

  /// Writes the bodies of a generation, which the server may know before it announces them.
  private static func prepare(_ addresses: [IPAddress], _ generation: Int64, _ folder: String) throws
    -> (from: String, to: String)
  {
    let digest = Digest.computing(addresses.map { IPPrefix($0) })
    try Data(addresses.map { "\($0)\n" }.joined().utf8).write(
      to: URL(filePath: "\(folder)/\(generation).txt"))
    try Data(#"{"set":"bench","generation":\#(generation),"sha256":"\#(digest)","status":"ok"}"#.utf8)
      .write(to: URL(filePath: "\(folder)/\(generation).version"))
    try Data("\(generation)".utf8).write(to: URL(filePath: "\(folder)/current.new"))
    return ("\(folder)/current.new", "\(folder)/current")
  }

  private static func announce(_ files: (from: String, to: String)) throws { rename(files.from, files.to) }
}
