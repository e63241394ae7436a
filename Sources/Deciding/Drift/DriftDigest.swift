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
  private let knownSince: Timestamp?

  /// Joins what the history says of a span.
  ///
  /// - Parameters:
  ///   - knownSince: where the history begins, if that is known.
  ///   - events: of the span, the newest first; of each kind only the newest few are spelled out.
  package init(
    of window: ClosedRange<Timestamp>, knownSince: Timestamp? = nil, events: [Event], sets: [SetDrift],
    vantages: [VantageReport],
    sources: [SourceReport], uncovered: [DomainName]
  ) {
    self.window = window
    self.knownSince = knownSince
    var changes = sets.map(\.line)
    var risks = sets.compactMap(\.risk)
    for (kind, group) in Dictionary(grouping: events, by: \.kind).sorted(by: Self.isMoreUrgent) {
      let lines = Self.lines(of: kind, group)
      if kind.severity == .warning { risks += lines } else { changes += lines }
    }
    for vantage in vantages {
      if let fault = vantage.fault {
        let since = vantage.asideSince.map { " since \($0)" } ?? ""
        risks.append("upstream \(vantage.label) is set aside\(since): it \(fault.explanation)")
      }
      if let since = vantage.failingSince {
        risks.append("upstream \(vantage.label) fails since \(since): \(vantage.lastFailure ?? "no reply")")
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
    tasks += Self.tasks(from: events)
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
    let gap =
      knownSince.flatMap { $0 > window.lowerBound ? "Nothing is known of before \($0).\n" : nil } ?? ""
    return "Postern, \(window.lowerBound) to \(window.upperBound)\n\(gap)\n"
      + part("What changed", changes, "nothing") + "\n"
      + part("What is at risk", risks, "nothing that is known")
      + "\n" + part("What to do", tasks, "nothing")
  }

  private typealias Group = (key: EventKind, value: [Event])

  private static func isMoreUrgent(_ left: Group, _ right: Group) -> Bool {
    (right.key.severity, right.value.count, left.key.rawValue)
      < (left.key.severity, left.value.count, right.key.rawValue)
  }

  /// What events ask of a person, of the newest few of each kind.
  private static func tasks(from events: [Event]) -> [String] {
    var subjects = [EventKind: [String]]()
    var settled = Set<String>()
    // The newest first: a name that returned is gone no more.
    for event in events {
      switch event.kind {
      case .nameReturned: settled.insert(event.subject)
      case .nameGone where settled.insert(event.subject).inserted,
        .aliasUnexpected where subjects[event.kind]?.contains(event.subject) != true:
        subjects[event.kind, default: []].append(event.subject)
      default: break
      }
    }
    return (subjects[.nameGone] ?? []).prefix(shown).map {
      "take \($0) out of the configuration if nothing needs it: no upstream knows it any more"
    }
      + (subjects[.aliasUnexpected] ?? []).prefix(shown).map {
        "find out whose \($0) is: a name of a set leads there, outside the suffixes that its profile expects"
      }
  }

  /// A kind with how often it happened, and its newest few: what was said of many alike, or often of one, once.
  private static func lines(of kind: EventKind, _ events: [Event]) -> [String] {
    let what = kind.sentence.isEmpty ? kind.rawValue : kind.sentence
    var groups = [[Event]]()
    var places = [String: Int]()
    let counts = Dictionary(events.map { ($0.subject, 1) }, uniquingKeysWith: +)
    for event in events {
      let key = counts[event.subject] == 1 ? "detail \(event.detail)" : "subject \(event.subject)"
      if let place = places[key] {
        groups[place].append(event)
      } else {
        places[key] = groups.count
        groups.append([event])
      }
    }
    let rest = groups.dropFirst(shown).reduce(0) { $0 + $1.count }
    let more = rest > 0 ? ["  and \(rest) more: 'postern events --kind \(kind)'"] : []
    return ["\(events.count)× \(what)"] + groups.prefix(shown).flatMap(Self.line) + more
  }

  private static let shown = 3

  /// One line for events about one subject, or with one detail; the newest first.
  private static func line(of group: [Event]) -> [String] {
    guard let newest = group.first else { return [] }
    let subjects = group.map(\.subject)
    let who =
      group.count == 1
      ? newest.subject
      : Set(subjects).count == 1
        ? "\(newest.subject), \(group.count) times, the last"
        : subjects.count <= shown
          ? subjects.joined(separator: ", ")
          : "\(subjects.prefix(shown - 1).joined(separator: ", ")) and \(subjects.count - shown + 1) more"
    return ["  \(newest.at) \(who): \(newest.detail)"]
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
      : "set \(name): \(size) addresses, of which \(entered) are new; \(left) of those before are gone; "
        + (generations == 1 ? "1 generation was published" : "\(generations) generations were published")
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
    of window: ClosedRange<Timestamp>, knownSince: Timestamp?, sets policies: [SetPolicy],
    from history: any HistoryReader
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
      of: window, knownSince: knownSince, events: events, sets: sets,
      vantages: try await history.vantageReports().map(\.report),
      sources: try await history.sourceReports().map(\.report),
      uncovered: try await history.uncoveredNames().map(\.name))
  }
}
