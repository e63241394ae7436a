/// One look at what a cache has for a question.
package struct CacheLook: Sendable {
  /// The smallest TTL of the chain and its addresses.
  package let ttl: Duration
  /// When the question was sent: the reply was made then or later.
  package let sent: Timestamp
  /// When the reply was here.
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
