import DNS
import Foundation

/// `benchmarks aggregate FILE`: reads prefixes, one on each line, aggregates them and prints the result; the time of
/// each step goes to standard error, best of nine rounds.
enum AggregateBenchmark {
  static func run(_ arguments: [String]) async throws {
    guard let path = arguments.first, let file = FileManager.default.contents(atPath: path) else {
      return print("usage: benchmarks aggregate FILE")
    }
    let content = Array(file)
    var best = Duration.seconds(60)
    var steps = ""
    var text = [UInt8]()
    for _ in 0..<9 {
      let start = ContinuousClock.now
      let prefixes = parse(content)
      let parsed = ContinuousClock.now
      let set = PrefixSet(prefixes)
      let aggregated = ContinuousClock.now
      text.removeAll(keepingCapacity: true)
      for prefix in set.prefixes {
        prefix.appendText(to: &text)
        text.append(0x0a)
      }
      let end = ContinuousClock.now
      if end - start < best {
        best = end - start
        steps = "read \(parsed - start) think \(aggregated - parsed) speak \(end - aggregated)"
      }
    }
    FileHandle.standardOutput.write(Data(text))
    FileHandle.standardError.write(Data("completed in \(best) (\(steps))\n".utf8))
  }

  private static func parse(_ content: [UInt8]) -> [IPPrefix] {
    content.withUnsafeBufferPointer { content in
      var prefixes = [IPPrefix]()
      var start = 0
      while start < content.count {
        let end = content[start...].firstIndex(of: 0x0a) ?? content.count
        if let prefix = IPPrefix.parse(UnsafeBufferPointer(rebasing: content[start..<end])) {
          prefixes.append(prefix)
        }
        start = end + 1
      }
      return prefixes
    }
  }
}
