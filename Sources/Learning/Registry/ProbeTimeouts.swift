/// How long a probe waits.
package struct ProbeTimeouts: Sendable, Hashable {
  /// For a connection with its handshake.
  package let connect: Duration
  /// Between two pieces of a response.
  package let read: Duration
  /// For a request with its whole response.
  package let whole: Duration

  /// Each bounds one request, not a round.
  package init(
    connect: Duration = .seconds(10), read: Duration = .seconds(15), whole: Duration = .seconds(30)
  ) {
    self.connect = connect
    self.read = read
    self.whole = whole
  }
}
