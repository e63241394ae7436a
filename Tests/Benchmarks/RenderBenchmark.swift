import Deciding
import Foundation
import Publishing

/// `benchmarks render ELEMENTS [TEMPLATE]`: the time to render a set in each format, in milliseconds, best of five, and
/// what came out. A format whose consumers take fewer gets as many as they take.
enum RenderBenchmark {
  static func run(_ arguments: [String]) async throws {
    guard let count = arguments.first.flatMap({ Int($0) }), let set = SetName("mcr") else {
      return print("usage: benchmarks render ELEMENTS [TEMPLATE]")
    }
    var formats = FormatRegistry.all
    if arguments.count > 1 { formats = [try TemplateFormat(file: arguments[1])] }
    for format in formats { try measure(format, count, set) }
  }

  private static func measure(_ format: any Format, _ count: Int, _ set: SetName) throws {
    var options = format.defaultOptions
    options.maxElements = max(count, options.maxElements)
    options.capacity = max(count, 1)
    let context = RenderContext(
      selectors: Profile.mcrGlobal.selectors, serviceTags: Profile.mcrGlobal.expectedServiceTags)
    var elements = count
    while elements > 1 {
      // As many addresses for a name as the configuration allows at most.
      let snapshot = try SampleSnapshot.make(elements: elements, set: set, addressesPerName: 1000)
      var best = Duration.seconds(60)
      var body = [UInt8]()
      do throws(RenderError) {
        for _ in 0..<5 {
          let start = ContinuousClock.now
          body = try format.render(snapshot, options, context)
          best = min(best, .now - start)
        }
      } catch .overLimit {
        elements = elements * 9 / 10
        continue
      }
      print("\(format.id)\t\(elements)\t\(Double(best.components.attoseconds) / 1e15)\t\(body.count)")
      return
    }
  }
}
