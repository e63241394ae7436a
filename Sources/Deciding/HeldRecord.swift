package import DNS

/// A record that answers gave lately for one name at one vantage: an open interval of the history.
package struct HeldRecord: Hashable, Sendable {
  /// As in the answer: the tracked name itself, or a target further down its aliases.
  package let owner: DomainName
  /// A, AAAA or CNAME.
  package let type: RecordType
  /// `.address` for A and AAAA, `.name` for CNAME.
  package let data: RecordData
  /// When this interval began, also before a restart.
  package let firstSeen: Timestamp
  /// By the wall clock, for people; retention is measured on `watched`.
  package private(set) var lastSeen: Timestamp
  /// Lookups that held it since `firstSeen`, repeats out of a resolver's cache included.
  package private(set) var count: Int64 = 1
  /// The largest TTL seen: behind a cache the rest only count down to it.
  package private(set) var ttl: TTL
  /// The type of the question that saw it last: a CNAME is seen by both.
  package private(set) var askedType: RecordType
  /// That question's watched clock then, in milliseconds.
  package private(set) var watched: Int64

  package init(_ record: ResourceRecord, askedType: RecordType, at: Timestamp, watched: Int64) {
    owner = record.owner
    type = record.type
    data = record.data
    firstSeen = at
    lastSeen = at
    ttl = record.ttl
    self.askedType = askedType
    self.watched = watched
  }

  /// Goes on from what the history kept, which doesn't say whose question saw an alias last.
  package init(restoring observation: Observation, aliasesAskedBy: RecordType) {
    owner = observation.key.owner
    type = observation.key.type
    data = observation.key.data
    firstSeen = observation.firstSeen
    lastSeen = observation.lastSeen
    count = observation.count
    ttl = observation.ttl
    askedType = observation.key.type == .cname ? aliasesAskedBy : observation.key.type
    watched = observation.watched
  }

  /// The address of an A or AAAA record.
  package var address: IPAddress? {
    if case .address(let address) = data { address } else { nil }
  }

  package mutating func renew(ttl seen: TTL, askedType: RecordType, at: Timestamp, watched: Int64) {
    lastSeen = max(lastSeen, at)
    count += 1
    ttl = max(ttl, seen)
    self.askedType = askedType
    self.watched = watched
  }

  /// How long the name has been watched without this record being seen.
  package func absence(on clock: QuestionClock?) -> Duration {
    .milliseconds(max(0, (clock?.watched ?? watched) - watched))
  }

  /// How long it stays after it was last seen: `retention`, or its TTL where that is longer; a TTL above 24 h counts
  /// as 24 h, so that nobody can keep an address in a set for ever.
  package func span(retention: Duration) -> Duration {
    max(retention, min(.seconds(Int64(ttl.seconds)), .seconds(86_400)))
  }

  package func observation(of name: DomainName, at vantage: Vantage) -> Observation {
    Observation(
      key: ObservationKey(name: name, vantage: vantage, owner: owner, type: type, data: data),
      firstSeen: firstSeen, lastSeen: lastSeen, count: count, ttl: ttl, watched: watched)
  }
}
