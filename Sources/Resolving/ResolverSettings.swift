/// How a resolver spends time, packets and memory. The same settings hold for each of its upstreams, separately.
package struct ResolverSettings: Hashable, Sendable {
  /// How long each try waits for its reply, in order; the number of tries is the number of values. A reply to an
  /// earlier try still counts while a later one waits.
  package var tries: [Duration] = [.milliseconds(400), .milliseconds(800), .milliseconds(1600)]
  /// From the first packet to giving up, TCP and repeats included.
  package var deadline: Duration = .seconds(5)
  /// How long one try over TCP or TLS may take, connecting included. There are two.
  package var tcpTry: Duration = .seconds(2)
  /// Each wait is longer or shorter by up to this share of itself, so that tries don't come in step.
  package var jitter = 0.1
  /// The most lookups in the air at one upstream. Others wait.
  package var outstanding = 256
  /// The most lookups that wait for one upstream; more are refused at once.
  package var queued = 100_000
  /// The most queries on one UDP socket; never more than its receive buffer holds.
  package var outstandingPerSocket = 128
  /// The receive buffer that a UDP socket asks for, in octets.
  package var receiveBuffer = 4 << 20
  /// Queries that go out in one second over longer times; nil for as many as come.
  package var pacing: Pacing? = Pacing(queriesPerSecond: 500, burst: 64)
  /// The UDP reply size that EDNS announces (RFC 9715 recommends 1232, which no common path fragments).
  package var udpSize: UInt16 = 1232
  /// How long an upstream is asked without EDNS that answered it with FORMERR or BADVERS, or only answers without it.
  package var plainFor: Duration = .seconds(900)
  /// Whether to mix the case of names and require it back: 0x20 hardens against forged replies, and some old servers
  /// fail it.
  package var mixesCase = false
  /// Whether to mix the case of names, to learn which upstreams repeat it, and to demand it of those: a reply without it
  /// is asked for again over TCP. Goes beside `marksQueries`, whose spelling is demanded then; it keeps out forgers who
  /// don't know that names are spelled so, and those who do are stopped by port and ID alone.
  package var learnsCase = false
  /// Whether names are spelled as `QueryMark` says, so that logs and taps of the upstreams don't show our questions as
  /// clients'. Nothing is required of replies. `mixesCase` goes before it.
  package var marksQueries = false
  /// Whether queries ask for recursion. Off only to ask an authoritative server.
  package var desiresRecursion = true
  /// UDP sockets for each upstream.
  package var lanes = 4
  /// Queries after which a UDP socket is replaced, which renews its source port.
  package var queriesPerSocket = 100
  /// When to stop asking an upstream that is down, and how soon to ask it again.
  package var breaker = BreakerSettings()

  /// The defaults suit a caching resolver on the same network.
  package init() {}

  /// A token bucket: a steady rate and what may come at once.
  package struct Pacing: Hashable, Sendable {
    /// More than 0.
    package var queriesPerSecond: Double
    /// At least 1.
    package var burst: Double

    /// Makes a bucket that starts full; the ranges of its values are not checked.
    package init(queriesPerSecond: Double, burst: Double) {
      self.queriesPerSecond = queriesPerSecond
      self.burst = burst
    }
  }
}
