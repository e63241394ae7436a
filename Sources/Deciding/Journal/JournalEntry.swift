package import DNS

/// One step of the journal: a run of lookups that told the same, or something else that decisions were made from.
package struct JournalEntry: Hashable, Sendable {
  /// The order in which `Watch` took it; numbers only grow, over restarts too.
  package let number: Int64
  /// When it happened; of a run, its first lookup.
  package let at: Timestamp
  /// The run's last lookup as far as it is stored; `at` for what is no lookup.
  package internal(set) var last: Timestamp
  /// Lookups in the run; 1 for what is no lookup.
  package internal(set) var count: Int64
  /// What was told.
  package let content: JournalContent

  /// A step as the history keeps it.
  package init(number: Int64, at: Timestamp, last: Timestamp, count: Int64, content: JournalContent) {
    self.number = number
    self.at = at
    self.last = last
    self.count = count
    self.content = content
  }
}

/// What a step of the journal tells.
package enum JournalContent: Hashable, Sendable {
  /// What came of a question at a vantage.
  case lookup(Question, Vantage, JournalAnswer)
  /// A service started from what the history kept, which is mostly stored beside this.
  case started(JournalCircumstances)
  /// All that was known was stored beside this, so that a replay can begin here.
  case checkpoint(JournalCircumstances)
  /// Sets were decided about; with generations if they changed.
  case decided
  /// Sets were decided about, and the history refused what came of it: nothing was published, but a held set could be
  /// approved since.
  case undecided
  /// A learned name was tracked from here on.
  case tracked(DomainName)
  /// A learned name was tracked no more.
  case untracked(DomainName)
  /// The upstreams became these.
  case vantages([Vantage])
  /// Somebody connected to a tap, or went.
  case tap(Vantage, isLive: Bool)
  /// Time passed at vantages that are asked no more and at taps, and something ended by it.
  case swept
  /// An operator's decision was taken up.
  case decision(Decision)
  /// The service tags became these.
  case tags(TagBook)
  /// A vantage turned out to lie, and what it gave meanwhile left.
  case disowned(DisownedAnswer)

  /// Whether a question's run ends here, so that what follows begins another: its clock is not only its own from here on.
  func endsRun(of question: Question, at vantage: Vantage) -> Bool {
    switch self {
    case .lookup, .decided, .undecided, .swept: false
    case .started, .checkpoint, .vantages, .decision, .tags: true
    case .tracked(let name), .untracked(let name): question.name == name
    case .tap(let tap, _): vantage == tap
    case .disowned(let answer): question == answer.question && vantage == answer.vantage
    }
  }

  /// Whether any run may end here.
  var mayEndRuns: Bool {
    switch self {
    case .lookup, .decided, .undecided, .swept: false
    default: true
    }
  }

  /// Whether the state may be stored beside it.
  package var mayHaveState: Bool {
    switch self {
    case .started, .checkpoint: true
    default: false
    }
  }
}

/// What came of a lookup, as far as decisions depend on it.
package struct JournalAnswer: Hashable, Sendable {
  /// As of the lookup.
  package let outcome: Outcome
  /// The aliases in order, then the addresses sorted, those that were believed first, then what was out of the chain. A TTL is the largest that was seen
  /// of the record while it was held, since behind a cache the rest only count down to it; 0 for what wasn't believed.
  package let records: [ResourceRecord]

  /// - Parameter records: in the order that the property tells.
  package init(outcome: Outcome, records: [ResourceRecord]) {
    self.outcome = outcome
    self.records = records
  }
}

/// With what a service decides, beside what it is told.
package struct JournalCircumstances: Hashable, Sendable {
  /// The upstreams that are asked.
  package let vantages: [Vantage]
  /// The trusted taps, with whether somebody is connected.
  package let taps: [Vantage: Bool]
  /// Bounds of the whole service.
  package let limits: Limits
  /// The policies of the enabled sets, in the configuration's order.
  package let policies: [SetPolicy]
  /// The service tags that count; nil in a journal of before they were noted.
  package var tags: TagBook?
  /// Where the addresses lie that names ever had, where sudden ones wait; nil in a journal of before it was noted.
  package var networks: [DomainName: Set<IPPrefix>]?
  /// What no table tells; nil for a start, where nothing is under way.
  package var standing: JournalStanding?
  /// Whether the steps before a start don't tell all that it knew, and its state isn't kept any more.
  package var isBroken = false

  /// The circumstances of one start or checkpoint.
  package init(vantages: [Vantage], taps: [Vantage: Bool], limits: Limits, policies: [SetPolicy]) {
    self.vantages = vantages
    self.taps = taps
    self.limits = limits
    self.policies = policies
  }
}
