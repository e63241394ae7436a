import Deciding
import Publishing

/// `benchmarks render ELEMENTS`: the time to render a set in each format, in milliseconds, best of five.
enum RenderBenchmark {
  static func run(_ arguments: [String]) async throws {
    guard let count = arguments.first.flatMap({ Int($0) }), let set = SetName("mcr") else {
      return print("usage: benchmarks render ELEMENTS")
    }
    let snapshot = try SampleSnapshot.make(elements: count, set: set)
    var options = RenderOptions()
    options.maxElements = max(count, options.maxElements)
    for format in FormatRegistry.all {
      var best = Duration.seconds(60)
      var size = 0
      for _ in 0..<5 {
        let start = ContinuousClock.now
        size = try format.render(snapshot, options).count
        best = min(best, .now - start)
      }
      print("\(format.id)\t\(Double(best.components.attoseconds) / 1e15) ms\t\(size) octets")
    }
  }
}
