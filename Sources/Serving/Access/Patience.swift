import NIOCore

/// How long a connection may take for what it is doing now. Octets that trickle in extend nothing: only a whole header
/// and a whole body count.
struct Patience {
  /// What the server waits for.
  enum Waiting: Hashable {
    case firstHeader
    case nextHeader
    case body
    /// For itself: the request is complete.
    case answer
  }

  private(set) var waiting = Waiting.firstHeader
  private(set) var since: NIODeadline
  private let limits: HTTPLimits
  /// Octets that the client has taken, when that was last looked at while some waited; nil when none wait.
  private var stalled: (taken: Int, since: NIODeadline)?

  init(_ limits: HTTPLimits, now: NIODeadline) {
    self.limits = limits
    since = now
  }

  mutating func wait(for waiting: Waiting, now: NIODeadline) {
    self.waiting = waiting
    since = now
  }

  /// Which limit has been passed; nil for none.
  ///
  /// - Parameter untaken: how many octets of answers the client has taken so far, while others still wait for it; nil
  ///   when nothing waits.
  mutating func verdict(taken: Int?, now: NIODeadline) -> RefusalMetrics.Reason? {
    if let taken {
      guard let stalled else {
        stalled = (taken, now)
        return nil
      }
      guard now >= stalled.since + TimeAmount(limits.stallTime) else { return nil }
      let least = max(1, Int(limits.stallTime.components.seconds)) * 1024
      if taken - stalled.taken < least { return .stallTime }
      self.stalled = (taken, now)
      return nil
    }
    stalled = nil
    switch waiting {
    case .answer: return nil
    case .firstHeader: return now >= since + TimeAmount(limits.headerTime) ? .headerTime : nil
    case .nextHeader: return now >= since + TimeAmount(limits.idleTime) ? .idleTime : nil
    case .body: return now >= since + TimeAmount(limits.bodyTime) ? .bodyTime : nil
    }
  }

  /// When to look again: often enough that no limit is passed by more than a quarter of the shortest.
  var pause: TimeAmount {
    let shortest = min(limits.headerTime, limits.bodyTime, limits.idleTime, limits.stallTime)
    return .nanoseconds(max(1_000_000, TimeAmount(shortest).nanoseconds / 4))
  }
}
