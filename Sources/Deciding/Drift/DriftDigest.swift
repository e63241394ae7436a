package import DNS

/// What a person should know of a span of time, in a minute of reading: what changed, what is at risk, what to do.
package struct DriftDigest: Sendable, Hashable {
  /// The lines of each part, in the order in which they should be read; a part may be empty.
  package let changes: [String]
  /// What may go wrong, or has.
  package let risks: [String]
  /// What a person should do, with the command that helps.
  package let tasks: [String]
  private let window: ClosedRange<Timestamp>

  /// Joins what the history says of a span.
  ///
  /// - Parameter events: of the span, the newest first; of each kind only the newest few are spelled out.
  package init(
    of window: ClosedRange<Timestamp>, events: [Event], sets: [SetDrift], vantages: [VantageReport],
    sources: [SourceReport], uncovered: [DomainName]
  ) {
    self.window = window
    var changes = sets.map(\.line)
    var risks = sets.compactMap(\.risk)
    for (kind, group) in Dictionary(grouping: events, by: \.kind).sorted(by: Self.isMoreUrgent) {
      let lines = Self.lines(of: kind, group)
      if kind.severity == .warning { risks += lines } else { changes += lines }
    }
    for vantage in vantages {
      if let fault = vantage.fault {
        risks.append("upstream \(vantage.label) is set aside: it \(fault.explanation)")
      }
      if vantage.failingSince != nil {
        risks.append("upstream \(vantage.label) fails: \(vantage.lastFailure ?? "no reply")")
      }
    }
    var tasks = [String]()
    for set in sets where set.status == .held {
      tasks.append("look at 'postern diff \(set.name)', then 'postern approve \(set.name)' if it is right")
    }
    for vantage in vantages where vantage.state == "aside" || vantage.state == "failing" {
      tasks.append("repair or replace the upstream \(vantage.label), then 'postern vantages'")
    }
    for source in sources {
      if let fault = source.fault { tasks.append("repair the source \(source.label): \(fault)") }
    }
    if !uncovered.isEmpty {
      tasks.append(
        "decide about \(uncovered.count) names in use that no set watches, such as \(uncovered[0]): 'postern names'"
      )
    }
    self.changes = changes
    self.risks = risks
    self.tasks = tasks
  }

  /// The whole as text for people.
  package var text: String {
    func part(_ heading: String, _ lines: [String], _ none: String) -> String {
      heading + "\n" + (lines.isEmpty ? [none] : lines).map { "  \($0)\n" }.joined()
    }
    return "Postern, \(window.lowerBound) to \(window.upperBound)\n\n"
      + part("What changed", changes, "nothing") + "\n"
      + part("What is at risk", risks, "nothing that is known")
      + "\n" + part("What to do", tasks, "nothing")
  }

  private typealias Group = (key: EventKind, value: [Event])

  private static func isMoreUrgent(_ left: Group, _ right: Group) -> Bool {
    (right.key.severity, right.value.count, left.key.rawValue)
      < (left.key.severity, left.value.count, right.key.rawValue)
  }

  /// A kind with how often it happened, and its newest few.
  private static func lines(of kind: EventKind, _ events: [Event]) -> [String] {
    let shown = 3
    let what = kind.sentence.isEmpty ? kind.rawValue : kind.sentence
    let more =
      events.count > shown ? ["  and \(events.count - shown) more: 'postern events --kind \(kind)'"] : []
    return ["\(events.count)× \(what)"]
      + events.prefix(shown).map { "  \($0.at) \($0.subject): \($0.detail)" } + more
  }
}

/// How a set changed in a span.
package struct SetDrift: Sendable, Hashable {
  /// A configured set.
  package let name: SetName
  /// At the end of the span.
  package let status: SetStatus
  /// Addresses now.
  package let size: Int
  /// Generations that were published in the span.
  package let generations: Int
  /// Addresses that it has now and had not at the beginning.
  package let entered: Int
  /// Addresses that it had at the beginning and has no more.
  package let left: Int

  /// Nothing is checked here: whoever makes it reads the history.
  package init(
    name: SetName, status: SetStatus, size: Int, generations: Int, entered: Int, left: Int
  ) {
    self.name = name
    self.status = status
    self.size = size
    self.generations = generations
    self.entered = entered
    self.left = left
  }

  fileprivate var line: String {
    generations == 0
      ? "set \(name): unchanged, \(size) addresses"
      : "set \(name): \(size) addresses; \(entered) came and \(left) left in \(generations) generations"
  }

  fileprivate var risk: String? {
    switch status {
    case .ok: nil
    case .held: "set \(name) is held by a guard"
    case .stale: "set \(name) is stale"
    }
  }
}

extension DriftDigest {
  /// Reads what is needed for these sets.
  package static func gather(
    of window: ClosedRange<Timestamp>, sets policies: [SetPolicy], from history: any HistoryReader
  ) async throws -> DriftDigest {
    var query = EventQuery(limit: 100_000)
    query.since = window.lowerBound
    let events = try await history.events(query).map(\.event).filter { $0.at <= window.upperBound }
    let states = try await history.setStates()
    var sets = [SetDrift]()
    for policy in policies {
      guard let state = states.first(where: { $0.set == policy.name }),
        let last = try await history.generation(of: policy.name, at: window.upperBound)
      else { continue }
      let first =
        try await history.generation(of: policy.name, at: window.lowerBound)?.generation ?? Generation(0)
      let step = try await history.difference(of: policy.name, from: first, to: last.generation)
      let isStale = window.upperBound - state.checkedAt > state.maxStale
      sets.append(
        SetDrift(
          name: policy.name, status: isStale ? .stale : state.status, size: last.size,
          generations: Int(last.generation.number - first.number), entered: step?.entered.count ?? 0,
          left: step?.left.count ?? 0))
    }
    return DriftDigest(
      of: window, events: events, sets: sets, vantages: try await history.vantageReports().map(\.report),
      sources: try await history.sourceReports().map(\.report),
      uncovered: try await history.uncoveredNames().map(\.name))
  }
}
