package import CoreMetrics

import Synchronization

/// Keeps what the parts of the service measure and writes it as Prometheus text (exposition format 0.0.4).
///
/// Counters become `…_total`, recorders gauges or histograms, timers histograms in seconds. Destroying an instrument
/// keeps its values, so that no counter goes backwards.
package final class PrometheusRegistry: MetricsFactory, Sendable {
  private let families = Mutex<[String: Family]>([:])

  private struct Family {
    let type: String
    var series: [String: any Series] = [:]
  }

  /// An empty registry. A process bootstraps `MetricsSystem` with one at most once; tests use their own.
  package init() {}

  package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
    series("\(Self.sanitised(label))_total", "counter", dimensions, Total.init)
  }

  package func makeRecorder(
    label: String, dimensions: [(String, String)], aggregate: Bool
  ) -> any RecorderHandler {
    aggregate
      ? series(Self.sanitised(label), "histogram", dimensions) { Histogram(divisor: 1) }
      : series(Self.sanitised(label), "gauge", dimensions, Gauge.init)
  }

  package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
    series(Self.sanitised(label), "gauge", dimensions, Gauge.init)
  }

  package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
    series("\(Self.sanitised(label))_seconds", "histogram", dimensions) { Histogram(divisor: 1_000_000_000) }
  }

  package func destroyCounter(_ handler: any CounterHandler) {}
  package func destroyRecorder(_ handler: any RecorderHandler) {}
  package func destroyMeter(_ handler: any MeterHandler) {}
  package func destroyTimer(_ handler: any TimerHandler) {}

  /// All that was measured, one `TYPE` line for each family, sorted.
  package func text() -> String {
    let families = families.withLock { $0 }
    var text = ""
    for (name, family) in families.sorted(by: { $0.key < $1.key }) {
      text += "# TYPE \(name) \(family.type)\n"
      for (labels, series) in family.series.sorted(by: { $0.key < $1.key }) {
        series.write(name, labels, to: &text)
      }
    }
    return text
  }

  private func series<Kind: Series>(
    _ name: String, _ type: String, _ dimensions: [(String, String)], _ make: @Sendable () -> Kind
  ) -> Kind {
    let labels = dimensions.map { "\(Self.sanitised($0.0))=\"\(Self.escaped($0.1))\"" }.joined(separator: ",")
    return families.withLock { families in
      // The first kind under a name stays: another kind is measured, but not shown, rather than mixed in.
      if let known = families[name]?.series[labels] as? Kind { return known }
      let made = make()
      if families[name, default: Family(type: type)].type == type {
        families[name, default: Family(type: type)].series[labels] = made
      }
      return made
    }
  }

  private static func sanitised(_ label: String) -> String {
    let text = String(
      label.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == ":") ? $0 : "_" })
    return text.first?.isNumber == true ? "_\(text)" : text
  }

  private static func escaped(_ value: String) -> String {
    value.reduce(into: "") { text, character in
      switch character {
      case "\\": text += "\\\\"
      case "\"": text += "\\\""
      case "\n": text += "\\n"
      default: text.append(character)
      }
    }
  }
}

/// One line, or one histogram, of a family.
private protocol Series: AnyObject, Sendable {
  func write(_ name: String, _ labels: String, to text: inout String)
}

private final class Total: CounterHandler, Series {
  private let value = Atomic<Int64>(0)

  func increment(by amount: Int64) { value.wrappingAdd(amount, ordering: .relaxed) }

  func reset() { value.store(0, ordering: .relaxed) }

  func write(_ name: String, _ labels: String, to text: inout String) {
    text += "\(name)\(labels.isEmpty ? "" : "{\(labels)}") \(value.load(ordering: .relaxed))\n"
  }
}

private final class Gauge: RecorderHandler, MeterHandler, Series {
  private let value = Mutex(0.0)

  func record(_ value: Int64) { set(Double(value)) }
  func record(_ value: Double) { set(value) }
  func set(_ value: Int64) { set(Double(value)) }
  func set(_ value: Double) { self.value.withLock { $0 = value } }
  func increment(by amount: Double) { value.withLock { $0 += amount } }
  func decrement(by amount: Double) { value.withLock { $0 -= amount } }

  func write(_ name: String, _ labels: String, to text: inout String) {
    text += "\(name)\(labels.isEmpty ? "" : "{\(labels)}") \(number(value.withLock { $0 }))\n"
  }
}

private final class Histogram: RecorderHandler, TimerHandler, Series {
  /// Upper bounds of the buckets, from half a millisecond to ten seconds.
  private static let bounds = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
  ]

  private struct State {
    var buckets = [Int64](repeating: 0, count: Histogram.bounds.count)
    var count: Int64 = 0
    var sum = 0.0
  }

  private let state = Mutex(State())
  private let divisor: Double

  /// - Parameter divisor: how many of the recorded units make one of the shown.
  init(divisor: Double) { self.divisor = divisor }

  func recordNanoseconds(_ duration: Int64) { record(Double(duration)) }
  func record(_ value: Int64) { record(Double(value)) }

  func record(_ value: Double) {
    let value = value / divisor
    state.withLock { state in
      state.count += 1
      state.sum += value
      if let bucket = Self.bounds.firstIndex(where: { value <= $0 }) { state.buckets[bucket] += 1 }
    }
  }

  func write(_ name: String, _ labels: String, to text: inout String) {
    let state = state.withLock { $0 }
    let prefix = labels.isEmpty ? "" : "\(labels),"
    var total: Int64 = 0
    for (bound, count) in zip(Self.bounds, state.buckets) {
      total += count
      text += "\(name)_bucket{\(prefix)le=\"\(number(bound))\"} \(total)\n"
    }
    text += "\(name)_bucket{\(prefix)le=\"+Inf\"} \(state.count)\n"
    text += "\(name)_sum\(labels.isEmpty ? "" : "{\(labels)}") \(number(state.sum))\n"
    text += "\(name)_count\(labels.isEmpty ? "" : "{\(labels)}") \(state.count)\n"
  }
}

/// A whole number without a fraction; anything else as Swift prints it, which Prometheus reads.
private func number(_ value: Double) -> String {
  value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : "\(value)"
}
