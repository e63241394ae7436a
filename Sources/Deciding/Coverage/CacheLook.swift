/// One look at what a cache has for a question.
package struct CacheLook: Sendable {
  /// The smallest TTL of the chain and its addresses.
  package let ttl: Duration
  /// The reply was made between these two.
  package let sent: Timestamp
  package let received: Timestamp
  /// The shortest time between two questions, as the policy wants it.
  package let floor: Duration

  /// `sent` is at most `received`.
  package init(
    ttl: Duration, sent: Timestamp, received: Timestamp, floor: Duration = RefreshPolicy().floor
  ) {
    self.ttl = ttl
    self.sent = min(sent, received)
    self.received = received
    self.floor = floor
  }
}
