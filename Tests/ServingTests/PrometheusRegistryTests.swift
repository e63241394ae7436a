import CoreMetrics
import Serving
import Testing

@Suite struct PrometheusRegistryTests {
  @Test("counters, gauges and histograms are written as the exposition format wants them, sorted")
  func text() {
    let registry = PrometheusRegistry()
    Counter(label: "b.count", dimensions: [("z", "a\"b\\c\nd")], factory: registry).increment(by: 3)
    Counter(label: "b.count", dimensions: [("z", "other")], factory: registry).increment()
    Gauge(label: "a-gauge", factory: registry).record(1.5)
    Timer(label: "lookup", factory: registry).recordMilliseconds(3)
    let text = registry.text()
    #expect(
      text.hasPrefix(
        """
        # TYPE a_gauge gauge
        a_gauge 1.5
        # TYPE b_count_total counter
        b_count_total{z="a\\"b\\\\c\\nd"} 3
        b_count_total{z="other"} 1
        # TYPE lookup_seconds histogram
        lookup_seconds_bucket{le="0.0005"} 0

        """))
    #expect(text.contains("lookup_seconds_bucket{le=\"0.0025\"} 0\nlookup_seconds_bucket{le=\"0.005\"} 1\n"))
    #expect(
      text.hasSuffix(
        "lookup_seconds_bucket{le=\"+Inf\"} 1\nlookup_seconds_sum 0.003\nlookup_seconds_count 1\n"))
  }

  @Test("the same label and dimensions are one series, also after destroying the counter")
  func oneSeries() {
    let registry = PrometheusRegistry()
    let counter = Counter(label: "x", factory: registry)
    counter.increment()
    counter.destroy()
    Counter(label: "x", factory: registry).increment()
    #expect(registry.text() == "# TYPE x_total counter\nx_total 2\n")
  }

  @Test("simultaneous increments are all counted")
  func concurrent() async {
    let registry = PrometheusRegistry()
    await withDiscardingTaskGroup { group in
      for _ in 0..<8 {
        group.addTask {
          for _ in 0..<10_000 { Counter(label: "x", factory: registry).increment() }
        }
      }
    }
    #expect(registry.text().hasSuffix("x_total 80000\n"))
  }
}
