internal import DNS

/// What the history doesn't have yet.
struct PendingChanges: Sendable {
  var opened: [ObservationKey: Observation] = [:]
  var closed: [(observation: Observation, until: Timestamp)] = []
  var rejections: [Rejection] = []
  var retiredQuestions: [(question: Question, vantage: Vantage)] = []
  var forgottenNames: [DomainName] = []
  var events: [Event] = []
  private var gate = EventGate()
  var appliedDecisions: [Int64] = []
  var positions: [String: FollowerPosition] = [:]
  /// What was reported since the start, so that a fault that repeats with each lookup is told once.
  private var reported = Set<String>()

  /// Whether something waits that should not wait long. Renewals are not here: they are kept with their names.
  var isEmpty: Bool {
    opened.isEmpty && closed.isEmpty && rejections.isEmpty && retiredQuestions.isEmpty
      && forgottenNames.isEmpty
      && events.isEmpty && appliedDecisions.isEmpty && positions.isEmpty
  }

  mutating func add(_ step: LedgerStep) {
    for observation in step.opened { opened[observation.key] = observation }
    for (observation, until) in step.closed {
      opened[observation.key] = nil
      closed.append((observation, until))
    }
    for rejection in step.rejections {
      let key = rejection.key
      guard isFirstReport("rejected \(key.name) \(key.vantage) \(key.owner) \(key.data) \(rejection.reason)")
      else {
        continue
      }
      rejections.append(rejection)
      note(
        rejection.reason == .unconfirmed ? .addressUnconfirmed : .addressRejected, key.data.description,
        "\(key.vantage) gave it for \(key.name); \(rejection.reason.explanation)", at: rejection.at)
    }
  }

  mutating func note(_ kind: EventKind, _ subject: String, _ detail: String, at moment: Timestamp) {
    guard let event = gate.pass(Event(at: moment, kind: kind, subject: subject, detail: detail)) else {
      return
    }
    events.append(event)
  }

  /// Tells what was left out while something flapped, as far as its turn has come.
  mutating func releaseEvents(at now: Timestamp) { events += gate.release(at: now) }

  /// Whether this wasn't reported since the start. The memory is bounded: when it is full it starts over, and old
  /// reports repeat.
  mutating func isFirstReport(_ subject: String) -> Bool {
    if reported.count >= 10_000 { reported.removeAll(keepingCapacity: true) }
    return reported.insert(subject).inserted
  }
}

extension RejectionReason {
  /// The end of a sentence for people.
  package var explanation: String {
    switch self {
    case .notGlobalUnicast:
      "it is not a public address. Try: guards.allowSpecial if your site answers with it"
    case .outOfChain: "its owner is not the end of the alias chain"
    case .unconfirmed:
      "it is far from every address that the name ever had, and waits for another vantage to give it too"
    case .outsideServiceTags:
      "it is outside the service tags that bound the set. Try: 'postern explain' for where it is"
    case .excluded:
      "the set excludes it. Try: 'postern explain' for why, and take it out of the set's 'exclude' to let it in"
    case .tooManyAddresses: "the name already has as many as limits.addressesPerName allows"
    }
  }
}
