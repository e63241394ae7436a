import DNS
import Deciding

/// All that the engine keeps for one upstream. Confined to the engine's thread.
final class UpstreamLine {
  let upstream: Upstream
  /// Nil for an upstream without TLS.
  let peer: TLSPeer?
  var breaker: Breaker
  var bucket: TokenBucket
  /// Lookups that wait for their first packet, oldest first, by token. Those that ended meanwhile are skipped.
  var queue = TokenQueue()
  /// Lookups that wait for room on a lane for a further packet.
  var parked = TokenQueue()
  /// Lookups between their first packet and their end.
  var outstanding = 0
  var queued = 0
  /// Open lanes by kind.
  var lanes = [[Lane]](repeating: [], count: LaneKind.allCases.count)
  /// Lanes that wait for their last replies.
  var retired = [Lane]()
  /// Until when the upstream is asked without EDNS.
  var plainUntil: UInt64 = 0
  /// When it last answered a query with EDNS; nil when it never did.
  var answeredEDNS: UInt64?
  /// Whether it repeats the case of questions.
  var caseEcho = CaseEcho()
  var statistics: UpstreamStatistics
  /// Why it was last not reached.
  var lastFailure: (kind: FailureKind, detail: String)?
  /// Whether the line stands in the engine's list of lines that have something to send.
  var isDirty = false
  private var smoothedRoundTrip: Double?

  init(_ upstream: Upstream, _ settings: ResolverSettings, now: UInt64) {
    self.upstream = upstream
    peer = upstream.transport == .tls ? TLSPeer(upstream) : nil
    breaker = Breaker(settings.breaker)
    bucket = TokenBucket(settings.pacing, now: now)
    statistics = UpstreamStatistics(upstream.vantage)
  }

  func recordRoundTrip(_ nanoseconds: UInt64) {
    let sample = Double(nanoseconds)
    smoothedRoundTrip = smoothedRoundTrip.map { $0 + (sample - $0) / 8 } ?? sample
  }

  /// The statistics with the figures that are kept elsewhere.
  var currentStatistics: UpstreamStatistics {
    var statistics = statistics
    statistics.outstanding = outstanding
    statistics.queued = queued
    statistics.breaker = breaker.state
    statistics.roundTrip = smoothedRoundTrip.map { .nanoseconds(Int64($0)) }
    return statistics
  }
}

/// Tokens, first in first out.
struct TokenQueue {
  private var tokens = [UInt64]()
  private var head = 0

  var first: UInt64? { head < tokens.count ? tokens[head] : nil }

  mutating func append(_ token: UInt64) { tokens.append(token) }

  mutating func removeFirst() {
    head += 1
    if head == tokens.count {
      tokens.removeAll(keepingCapacity: true)
      head = 0
    } else if head >= 4096, head * 2 >= tokens.count {
      tokens.removeFirst(head)
      head = 0
    }
  }
}
