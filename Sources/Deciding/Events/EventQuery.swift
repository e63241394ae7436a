/// Which events are wanted.
package struct EventQuery: Sendable, Hashable {
  /// Only those that happened from then on.
  package var since: Timestamp?
  /// Only of these kinds; empty means all.
  package var kinds: Set<EventKind> = []
  /// Only those about this set, name, address or upstream.
  package var subject: String?
  /// Only those stored after this one, the oldest first: for following.
  package var after: Int64?
  /// Only those stored before this one: for the next page.
  package var before: Int64?
  /// At most so many: the oldest ones with `after`, else the newest ones first.
  package var limit: Int

  /// All events, the newest first.
  package init(limit: Int) { self.limit = limit }
}

/// An event as the history has it.
package struct StoredEvent: Sendable, Hashable {
  /// Grows with each event; the newest has the largest.
  package let id: Int64
  /// What happened.
  package let event: Event

  /// As it was read back.
  package init(id: Int64, event: Event) {
    self.id = id
    self.event = event
  }
}
