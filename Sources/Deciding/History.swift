package import DNS

/// A record as it was seen in answers to one tracked name at one vantage, over one unbroken interval. It is the
/// observation of DESIGN with the question's name, so that "which names gave this address" is one look-up.
package struct Observation: Hashable, Sendable {
  /// What was seen, and in answer to whose question; equal keys over time are the same record.
  package let key: ObservationKey
  /// When this interval began: a record that comes back after its interval ended begins a new one.
  package let firstSeen: Timestamp
  /// The last lookup that held it; not before `firstSeen`, also when the wall clock went back.
  package let lastSeen: Timestamp
  /// Lookups that held it.
  package let count: Int64
  /// The largest TTL seen: behind a cache the rest only count down to it.
  package let ttl: TTL
  /// The watched clock of its question when it was last seen: see `QuestionState.watched`. Milliseconds.
  package let watched: Int64

  package init(
    key: ObservationKey, firstSeen: Timestamp, lastSeen: Timestamp, count: Int64, ttl: TTL, watched: Int64
  ) {
    self.key = key
    self.firstSeen = firstSeen
    self.lastSeen = lastSeen
    self.count = count
    self.ttl = ttl
    self.watched = watched
  }
}

/// What makes two sightings of a record the same observation.
package struct ObservationKey: Hashable, Sendable {
  /// The tracked name that was asked.
  package let name: DomainName
  /// The upstream that gave it: what each gives is held, aged and ended by itself.
  package let vantage: Vantage
  /// The owner name in the answer: the end of the chain for an address, a link of it for a CNAME.
  package let owner: DomainName
  /// A, AAAA or CNAME.
  package let type: RecordType
  /// `.address` for A and AAAA, `.name` for CNAME; nothing else is observed.
  package let data: RecordData

  package init(name: DomainName, vantage: Vantage, owner: DomainName, type: RecordType, data: RecordData) {
    self.name = name
    self.vantage = vantage
    self.owner = owner
    self.type = type
    self.data = data
  }
}

/// How one question stands at one vantage, enough to go on after a restart.
package struct QuestionStatus: Hashable, Sendable {
  /// A tracked name with A or AAAA: one of its own for each family.
  package let question: Question
  /// The upstream that was asked; it may be configured no more.
  package let vantage: Vantage
  /// What came of the last lookup; `noData` also where a removed upstream's addresses run out.
  package let outcome: Outcome
  /// The last lookup, whatever came of it.
  package let askedAt: Timestamp
  /// The last lookup that did not fail; nil when none ever did.
  package let succeededAt: Timestamp?
  /// The watched clock: how long this question has been watched without failure, in milliseconds.
  package let watched: Int64
  /// When it is asked next, as planned when this was written; nil while it is being asked, and for what a tap tells.
  package var due: Timestamp?

  package init(
    question: Question, vantage: Vantage, outcome: Outcome, askedAt: Timestamp, succeededAt: Timestamp?,
    watched: Int64
  ) {
    self.question = question
    self.vantage = vantage
    self.outcome = outcome
    self.askedAt = askedAt
    self.succeededAt = succeededAt
    self.watched = watched
  }
}

/// A record that DNS gave and Postern did not believe.
package struct Rejection: Hashable, Sendable {
  /// The record as it was given, with the question's name.
  package let key: ObservationKey
  /// The first rule that it broke.
  package let reason: RejectionReason
  /// When it was told first since the start; repeats are not stored until the memory of reports is full.
  package let at: Timestamp

  /// Of a record that is not held: what is held already is never rejected.
  package init(key: ObservationKey, reason: RejectionReason, at: Timestamp) {
    self.key = key
    self.reason = reason
    self.at = at
  }
}

/// Why a record was not believed.
package enum RejectionReason: String, Hashable, Sendable {
  /// Its address is outside public IPv4 and 2000::/3, or in a special-purpose registry of RFC 6890.
  case notGlobalUnicast
  /// Its owner is not the end of the chain that starts at the QNAME.
  case outOfChain
  /// The name already has as many addresses as `addressesPerName` allows.
  case tooManyAddresses
  /// It is in none of the service tags that bound the sets of the name.
  case outsideServiceTags
}

/// A name that was learned, and how far it is believed.
package struct LearnedName: Hashable, Sendable {
  /// A hostname that a pattern selects.
  package let name: DomainName
  /// All but `quarantined` names are asked for sets and restored as tracked.
  package let state: LearnedNameState
  /// When it was first seen in use, since it was last forgotten.
  package let firstSighted: Timestamp
  /// When it was last seen in use: what is unused longest makes room when a pattern is full.
  package let lastSighted: Timestamp
  /// How often it was sighted.
  package let sightings: Int64
  /// The sources that saw it, sorted; at most eight are kept.
  package let sources: [String]
  /// Denials (NXDOMAIN or no data) in a row by our own upstreams.
  package let denials: Int
  /// The last time an upstream answered for it, nil when none ever did.
  package let resolvedAt: Timestamp?

  package init(
    name: DomainName, state: LearnedNameState, firstSighted: Timestamp, lastSighted: Timestamp,
    sightings: Int64,
    sources: [String], denials: Int, resolvedAt: Timestamp?
  ) {
    self.name = name
    self.state = state
    self.firstSighted = firstSighted
    self.lastSighted = lastSighted
    self.sightings = sightings
    self.sources = sources
    self.denials = denials
    self.resolvedAt = resolvedAt
  }
}

/// How far a learned name is believed.
package enum LearnedNameState: String, Hashable, Sendable {
  /// Seen, not yet resolved by our own upstreams: never in a set.
  case quarantined
  /// Resolved by our own upstreams, or seen resolved by a trusted tap, at least once.
  case admitted
  /// Resolved, but out of a word list: nobody was seen to use it yet.
  case candidate
}

/// One change of a set, to be stored whole or not at all.
package struct Publication: Hashable, Sendable {
  /// The new generation, never empty.
  package let snapshot: Snapshot
  /// The step from the previous generation; the whole set when there was none.
  package let entered: [IPAddress]
  /// What the previous generation had and this one lacks; sorted, like `entered`.
  package let left: [IPAddress]

  package init(snapshot: Snapshot, entered: [IPAddress], left: [IPAddress]) {
    self.snapshot = snapshot
    self.entered = entered
    self.left = left
  }
}

/// How a set stands, for readers that have only the history.
package struct SetState: Hashable, Sendable {
  /// The set's name, also of one that is configured no more.
  package let set: SetName
  /// As of the last commit: a reader must also judge `checkedAt` by the time, since a dead service writes no
  /// `stale`.
  package let status: SetStatus
  /// What the guards said, one sentence each; empty unless something is held back.
  package let heldReasons: [String]
  /// The last successful lookup for this set; stored at most once a minute when nothing else changes.
  package let checkedAt: Timestamp
  /// `maxStale` of the set's policy when this was written.
  package let maxStale: Duration

  /// A state to be stored in the place of the set's earlier one.
  package init(
    set: SetName, status: SetStatus, heldReasons: [String], checkedAt: Timestamp, maxStale: Duration
  ) {
    self.set = set
    self.status = status
    self.heldReasons = heldReasons
    self.checkedAt = checkedAt
    self.maxStale = maxStale
  }
}

/// Something an operator should be able to read about later.
package struct Event: Hashable, Sendable {
  /// When it happened; several events may share a moment, and the history keeps their order.
  package let at: Timestamp
  /// A stable word for programs, such as `set.held` or `address.rejected`.
  package let kind: String
  /// The set, name, address or upstream that it is about.
  package let subject: String
  /// One sentence for people.
  package let detail: String

  /// An event to be stored; the history keeps the newest 100,000.
  package init(at: Timestamp, kind: String, subject: String, detail: String) {
    self.at = at
    self.kind = kind
    self.subject = subject
    self.detail = detail
  }
}

/// What an operator asked for, kept for ever with the reason.
package struct Decision: Hashable, Sendable {
  /// Given by the history; 0 before it is stored.
  package let id: Int64
  /// When it was asked for, not when it took effect.
  package let at: Timestamp
  /// What is asked; it decides how `subject` is read.
  package let kind: DecisionKind
  /// A set's name, a domain name or an address, by kind.
  package let subject: String
  /// In the operator's words; may be empty.
  package let reason: String
  /// Who asked: a user's or a token's name.
  package let by: String

  /// A request; without `id` it is one that the history has not stored yet.
  package init(id: Int64 = 0, at: Timestamp, kind: DecisionKind, subject: String, reason: String, by: String)
  {
    self.id = id
    self.at = at
    self.kind = kind
    self.subject = subject
    self.reason = reason
    self.by = by
  }
}

/// What an operator can ask for.
package enum DecisionKind: String, Hashable, Sendable {
  /// Publish the held candidate of a set.
  case approve
  /// Drop a learned name, or all that names gave of an address, from the next generation on.
  case forget
  /// Take this hostname as sighted: `postern observe` without a running service.
  case observe
  /// Take up the service tags that were imported.
  case importTags
}

/// Where the reader of a followed file stands; committed together with what was read.
package struct FollowerPosition: Hashable, Sendable {
  /// The path as configured: the identity under which a position is stored.
  package let path: String
  /// `st_dev`; with `inode` it tells a rotated file from the one that was read.
  package let device: UInt64
  /// `st_ino`; a new file may get an old one's, which is why `head` is compared too.
  package let inode: UInt64
  /// The first octets of the file, at most 256: they tell a new file from an old one with the same inode.
  package let head: [UInt8]
  /// Octets consumed.
  package let offset: Int64

  /// A place to go on from after a restart.
  package init(path: String, device: UInt64, inode: UInt64, head: [UInt8], offset: Int64) {
    self.path = path
    self.device = device
    self.inode = inode
    self.head = head
    self.offset = offset
  }
}

/// What one commit stores: all of it or nothing.
package struct HistoryBatch: Sendable {
  /// When it was made: the writer's heartbeat, from which readers tell that somebody looks.
  package let at: Timestamp
  /// Opened or renewed intervals.
  package var observations: [Observation] = []
  /// Intervals that ended: gone from the open ones, with the moment from which they no longer count.
  package var closed: [(observation: Observation, until: Timestamp)] = []
  /// Records that were not believed; the writer counts repeats of a key.
  package var rejections: [Rejection] = []
  /// How questions stand now; each replaces the earlier state.
  package var questions: [QuestionStatus] = []
  /// Questions that are asked no more: their status goes.
  package var retiredQuestions: [(question: Question, vantage: Vantage)] = []
  /// Whole states; each replaces the earlier one, after `forgottenNames` are deleted.
  package var learnedNames: [LearnedName] = []
  /// Learned names whose rows go; a name may be here and be learned again in the same batch.
  package var forgottenNames: [DomainName] = []
  /// At most one for each set: the generation after the last that is stored.
  package var publications: [Publication] = []
  /// Sets whose standing differs from what is stored.
  package var setStates: [SetState] = []
  /// Who saw tracked names in use; each replaces what was stored of its name.
  package var sightings: [NameSightings] = []
  /// Names for a person to decide about; each replaces the earlier entry.
  package var uncoveredNames: [UncoveredName] = []
  /// Uncovered names that left the list.
  package var dismissedNames: [DomainName] = []
  /// How sources do; each replaces the earlier report.
  package var sourceReports: [SourceReport] = []
  /// In the order in which they happened.
  package var events: [Event] = []
  /// Ids of operator decisions that took effect with this commit.
  package var appliedDecisions: [Int64] = []
  /// How far followed files were read: stored with their sightings, so that none is lost or counted twice.
  package var positions: [FollowerPosition] = []

  /// An empty batch; committing one only says that the writer was looking.
  package init(at: Timestamp) { self.at = at }

  /// Whether there is nothing to store.
  package var isEmpty: Bool {
    observations.isEmpty && closed.isEmpty && rejections.isEmpty && questions.isEmpty
      && retiredQuestions.isEmpty
      && learnedNames.isEmpty && forgottenNames.isEmpty && publications.isEmpty && setStates.isEmpty
      && sightings.isEmpty && uncoveredNames.isEmpty && dismissedNames.isEmpty && sourceReports.isEmpty
      && events.isEmpty && appliedDecisions.isEmpty && positions.isEmpty
  }
}

/// What a start needs from the history.
package struct RestoredState: Sendable {
  /// Open intervals, also of names and upstreams that are configured no more.
  package var observations: [Observation] = []
  /// The last known states; after a crash up to 15 s older than the observations.
  package var questions: [QuestionStatus] = []
  /// Quarantined and admitted ones, whether or not a pattern still selects them.
  package var learnedNames: [LearnedName] = []
  /// The last generation of each set that ever published; numbers go on from there.
  package var snapshots: [SetName: Snapshot] = [:]
  /// How the sets stood at the last commit.
  package var setStates: [SetName: SetState] = [:]
  /// Where each followed file is to be read on.
  package var positions: [FollowerPosition] = []
  /// Who saw tracked names in use.
  package var sightings: [NameSightings] = []
  /// What is left for a person to decide about.
  package var uncoveredNames: [UncoveredName] = []
  /// The service tags that had been taken up.
  package var tags = TagBook()

  /// What a first start finds: nothing.
  package init() {}
}

/// The writing side of the history. There is one writer.
package protocol HistoryRecorder: Sendable {
  /// Stores the batch in one transaction. When it returns, the batch survives the death of the process.
  func commit(_ batch: HistoryBatch) async throws
  /// Reads what was open when the last writer stopped.
  func restore() async throws -> RestoredState
  /// Operator decisions that have not taken effect yet, oldest first.
  func pendingDecisions() async throws -> [Decision]
}

/// A closed interval has `until`; one without is open. An observation with when it stopped counting.
package struct ObservedInterval: Hashable, Sendable {
  /// What was seen, with its first and last sighting: it counts beyond the last, for its retention.
  package let observation: Observation
  /// The moment from which it no longer counted; nil while it does.
  package let until: Timestamp?

  /// - Parameter until: exclusive, after `observation.lastSeen`.
  package init(observation: Observation, until: Timestamp?) {
    self.observation = observation
    self.until = until
  }
}

/// When a set published which generation.
package struct GenerationRecord: Hashable, Sendable {
  /// Unique within its set, and never given again.
  package let generation: Generation
  /// When it was published; never before its predecessor, also when the wall clock went back.
  package let at: Timestamp
  /// Equal digests of one set are equal address lists.
  package let digest: Digest
  /// Addresses in it.
  package let size: Int

  /// What the history stored of a generation, without its addresses.
  package init(generation: Generation, at: Timestamp, digest: Digest, size: Int) {
    self.generation = generation
    self.at = at
    self.digest = digest
    self.size = size
  }
}

/// When an address was in a set: from the generation that brought it to the one that took it away.
package struct Membership: Hashable, Sendable {
  /// The set; an address may be in several at once.
  package let set: SetName
  /// The generation that brought it.
  package let entered: GenerationRecord
  /// Nil while it is in the set.
  package let left: GenerationRecord?

  /// One stay of an address in a set: coming back begins another.
  package init(set: SetName, entered: GenerationRecord, left: GenerationRecord?) {
    self.set = set
    self.entered = entered
    self.left = left
  }
}

/// The reading side of the history, for HTTP and the command. Any number of readers, in any process.
package protocol HistoryReader: Sendable {
  /// The sets that ever published, with how they stand, sorted.
  func setStates() async throws -> [SetState]
  /// The last generation of a set with its provenance; nil when it never published.
  func currentSnapshot(of set: SetName) async throws -> Snapshot?
  /// The generation that was published at a moment; nil when there was none yet.
  func generation(of set: SetName, at moment: Timestamp) async throws -> GenerationRecord?
  /// A generation by its number; nil when there is none.
  func generation(_ generation: Generation, of set: SetName) async throws -> GenerationRecord?
  /// The newest generations first.
  func generations(of set: SetName, limit: Int) async throws -> [GenerationRecord]
  /// The addresses of a generation, sorted; nil when there is no such generation.
  func addresses(of set: SetName, in generation: Generation) async throws -> [IPAddress]?
  /// What entered and left; nil when one of the generations does not exist. `from` may be 0: the empty set before all.
  func difference(of set: SetName, from: Generation, to: Generation) async throws -> SetDifference?
  /// What was seen for a tracked name, or with an owner name, overlapping the window; newest first.
  func intervals(for name: DomainName, in window: ClosedRange<Timestamp>, limit: Int) async throws
    -> [ObservedInterval]
  /// What was seen with an address inside the prefix, overlapping the window; newest first.
  func intervals(giving prefix: IPPrefix, in window: ClosedRange<Timestamp>, limit: Int) async throws
    -> [ObservedInterval]
  /// What was rejected with this address, newest first.
  func rejections(of address: IPAddress, limit: Int) async throws -> [Rejection]
  /// When an address was in which sets, newest first.
  func memberships(of address: IPAddress) async throws -> [Membership]
  /// How each question stands, by name, type and vantage.
  func questions() async throws -> [QuestionStatus]
  /// The learned names, by name.
  func learnedNames() async throws -> [LearnedName]
  /// Who saw which tracked name in use, by name.
  func sightings() async throws -> [NameSightings]
  /// Names that no set watches but that look related, by name.
  func uncoveredNames() async throws -> [UncoveredName]
  /// How each source did when it last reported, by label.
  func sourceReports() async throws -> [StoredSourceReport]
  /// The newest events first.
  ///
  /// - Parameter kind: only events of this kind; nil means all.
  func events(kind: String?, limit: Int) async throws -> [Event]
  /// The decisions of operators, newest first.
  func decisions(limit: Int) async throws -> [Decision]
}

/// What the command may write beside the one writer.
package protocol DecisionRecorder: Sendable {
  /// Stores a request of an operator for the writer to take up. Gives back its id.
  func record(_ decision: Decision) async throws -> Int64
}
