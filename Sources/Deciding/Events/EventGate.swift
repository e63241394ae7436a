/// Keeps what flaps from filling the history: of one kind about one subject a few events pass at once and then one a
/// minute, which tells how many were left out.
struct EventGate: Sendable {
  /// Events of one kind and subject that may pass at once.
  static let burst = 5.0
  /// How long it takes until one more may pass.
  static let refill = Duration.seconds(60)
  /// Kinds and subjects that are remembered; beyond it those that were quiet longest are forgotten.
  static let most = 10_000

  private var lines: [Key: Line] = [:]

  private struct Key: Hashable {
    let kind: EventKind
    let subject: String
  }

  private struct Line {
    var allowance = EventGate.burst
    var at: Timestamp
    /// What was left out since the last that passed.
    var omitted = 0
    var last: Event?

    mutating func earn(until now: Timestamp) {
      let span = Double(max(0, (now - at).milliseconds))
      allowance = min(EventGate.burst, allowance + span / Double(EventGate.refill.milliseconds))
      at = now
    }
  }

  /// The event as it is to be stored; nil when it is only counted.
  mutating func pass(_ event: Event) -> Event? {
    let key = Key(kind: event.kind, subject: event.subject)
    if lines.count >= Self.most, lines[key] == nil { forgetQuiet(at: event.at) }
    var line = lines[key] ?? Line(at: event.at)
    defer { lines[key] = line }
    line.earn(until: event.at)
    guard line.allowance >= 1 else {
      line.omitted += 1
      line.last = event
      return nil
    }
    line.allowance -= 1
    defer { line.omitted = 0 }
    return event.telling(omitted: line.omitted)
  }

  /// What was left out last and whose turn has come, so that the last state of what flapped is told in the end.
  mutating func release(at now: Timestamp) -> [Event] {
    var released = [Event]()
    for (key, line) in lines where line.omitted > 0 {
      var line = line
      line.earn(until: now)
      if line.allowance >= 1, let last = line.last {
        line.allowance -= 1
        released.append(last.telling(omitted: line.omitted - 1))
        line.omitted = 0
      }
      lines[key] = line
    }
    return released.sorted { ($0.at, $0.kind.rawValue, $0.subject) < ($1.at, $1.kind.rawValue, $1.subject) }
  }

  private mutating func forgetQuiet(at now: Timestamp) {
    let longest = Self.refill * Int(Self.burst)
    lines = lines.filter { $0.value.omitted > 0 || now - $0.value.at < longest }
    // A flood of subjects within minutes: then each counts as new.
    if lines.count >= Self.most { lines.removeAll(keepingCapacity: true) }
  }
}

extension Event {
  fileprivate func telling(omitted: Int) -> Event {
    guard omitted > 0 else { return self }
    return Event(at: at, kind: kind, subject: subject, detail: "\(detail) (and \(omitted) times more lately)")
  }
}
