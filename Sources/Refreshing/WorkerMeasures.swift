internal import DNS
internal import Deciding
internal import Metrics

/// What the loop tells of itself, for `/metrics`. What is published of each set is told by the server, which has it.
final class WorkerMeasures {
  private var lookups: [LookupKind: Counter] = [:]
  private var roundTrips: [Vantage: Metrics.Timer] = [:]
  private let sightings = Counter(label: "postern_sightings")
  private let commits = Metrics.Timer(label: "postern_history_commit")
  private let commitFailures = Counter(label: "postern_history_commit_failures")
  private let trackedNames = Gauge(label: "postern_names_tracked")
  private let quarantinedNames = Gauge(label: "postern_names_quarantined")
  private let learnedNames = Gauge(label: "postern_names_learned")
  private let uncoveredNames = Gauge(label: "postern_names_uncovered")
  private var shownVantages = Set<Vantage>()

  private struct LookupKind: Hashable {
    let vantage: Vantage
    let type: RecordType
    let outcome: Outcome
  }

  func count(_ lookup: Lookup) {
    let kind = LookupKind(vantage: lookup.vantage, type: lookup.question.type, outcome: lookup.outcome)
    let counter =
      lookups[kind]
      ?? Counter(
        label: "postern_lookups",
        dimensions: [
          ("vantage", kind.vantage.label), ("type", kind.type.description),
          ("outcome", kind.outcome.description),
        ])
    lookups[kind] = counter
    counter.increment()
    guard lookup.outcome.isSuccess else { return }
    let timer =
      roundTrips[lookup.vantage]
      ?? Metrics.Timer(label: "postern_lookup_round_trip", dimensions: [("vantage", lookup.vantage.label)])
    roundTrips[lookup.vantage] = timer
    timer.recordMilliseconds(lookup.roundTrip.milliseconds)
  }

  func count(_ seen: [Sighting]) { sightings.increment(by: seen.reduce(0) { $0 + $1.count }) }

  func record(_ reports: [SourceReport]) {
    for report in reports {
      let source = [("source", report.label)]
      Gauge(label: "postern_source_items", dimensions: source).record(report.items)
      Gauge(label: "postern_source_watched", dimensions: source).record(report.watched)
      Gauge(label: "postern_source_refused", dimensions: source).record(report.refused.values.reduce(0, +))
      Gauge(label: "postern_source_dropped", dimensions: source).record(report.dropped)
      Gauge(label: "postern_source_rate", dimensions: source).record(report.rate)
      Gauge(label: "postern_source_failing", dimensions: source).record(report.fault == nil ? 0 : 1)
      if let behind = report.behind {
        Gauge(label: "postern_source_behind_octets", dimensions: source).record(behind)
      }
      if let connections = report.connections {
        Gauge(label: "postern_source_connections", dimensions: source).record(connections)
      }
    }
  }

  func count(_ event: Event) {
    Counter(label: "postern_events", dimensions: [("kind", event.kind.rawValue)]).increment()
  }

  func record(_ reports: [VantageReport]) {
    for report in reports {
      for fault in VantageFault.allCases {
        Gauge(
          label: "postern_upstream_set_aside",
          dimensions: [("vantage", report.label), ("reason", fault.rawValue)]
        ).record(report.fault == fault ? 1 : 0)
      }
      Gauge(label: "postern_upstream_unique_addresses", dimensions: [("vantage", report.label)])
        .record(report.unique)
    }
  }

  func committed(in span: Duration) { commits.recordMilliseconds(span.milliseconds) }

  func commitFailed() { commitFailures.increment() }

  func record(
    _ figures: WatchFigures, _ vantages: [(vantage: Vantage, health: VantageHealth)]
  ) {
    trackedNames.record(figures.trackedNames)
    quarantinedNames.record(figures.quarantinedNames)
    learnedNames.record(figures.admittedNames)
    uncoveredNames.record(figures.uncoveredNames)
    for cap in Cap.allCases {
      Gauge(label: "postern_cap_reached", dimensions: [("cap", cap.rawValue)])
        .record(figures.reachedCaps[cap] ?? 0)
    }
    for reason in SightingRefusal.allCases {
      let gauge = Gauge(label: "postern_sightings_refused", dimensions: [("reason", reason.rawValue)])
      gauge.record(figures.refusedSightings[reason] ?? 0)
    }
    for (vantage, health) in vantages {
      Gauge(label: "postern_upstream_failing", dimensions: [("vantage", vantage.label)])
        .record(health.isFailing ? 1 : 0)
    }
    // An upstream that is asked no more must not be called failing for ever.
    for vantage in shownVantages.subtracting(vantages.map(\.vantage)) {
      Gauge(label: "postern_upstream_failing", dimensions: [("vantage", vantage.label)]).record(0)
    }
    shownVantages = Set(vantages.map(\.vantage))
  }
}
