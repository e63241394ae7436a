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
