import CAres
import DNS
import Deciding

extension EngineLoop {
  /// Sends what waits, as far as pacing, windows and breakers allow.
  func sendDirty() {
    var index = 0
    while index < dirty.count {
      let line = dirty[index]
      index += 1
      line.isDirty = false
      sendParked(line)
      sendQueued(line)
      settle()
    }
    dirty.removeAll(keepingCapacity: true)
  }

  private func sendParked(_ line: UpstreamLine) {
    while let token = line.parked.first {
      guard let lookup = lookup(token), lookup.stage == .parked, lookup.token == token else {
        line.parked.removeFirst()
        continue
      }
      guard let lane = lane(for: lookup, on: line, isFurther: true) else { return }
      line.parked.removeFirst()
      send(lookup, lane)
    }
  }

  private func sendQueued(_ line: UpstreamLine) {
    while let token = line.queue.first {
      guard let lookup = lookup(token), lookup.stage == .queued else {
        line.queue.removeFirst()
        continue
      }
      switch line.breaker.state {
      case .probing: return
      case .open where line.breaker.untilProbe(at: clock) > .zero:
        line.queue.removeFirst()
        refuseWhileOpen(lookup, line)
        continue
      case .open, .closed: break
      }
      guard line.outstanding < settings.outstanding, line.bucket.hasToken(at: clock) else { return }
      guard let lane = lane(for: lookup, on: line, isFurther: false) else {
        // Nothing in the air that could make room: there is no socket to be had.
        if line.outstanding > 0 { return }
        line.queue.removeFirst()
        leaveQueue(lookup, line)
        fail(lookup, .network, "no socket for \(line.upstream.endpoint)")
        continue
      }
      lookup.isProbe = line.breaker.state == .open
      guard line.breaker.admits(at: clock) else { return }
      line.queue.removeFirst()
      leaveQueue(lookup, line)
      if settings.mixesCase {
        lookup.caseBits = random.next() | 1 << 63
      } else if settings.marksQueries, let ticket = lookup.ticket {
        lookup.caseBits = QueryMark.caseBits(of: ticket.question.name)
      } else if settings.learnsCase {
        lookup.caseBits = random.next() | 1 << 63
      }
      send(lookup, lane)
    }
  }

  private func leaveQueue(_ lookup: PendingLookup, _ line: UpstreamLine) {
    lookup.stage = .pausing
    lookup.firstSent = clock
    lookup.lastSent = clock
    lookup.deadline = clock + waits.deadline
    line.queued -= 1
    line.outstanding += 1
  }

  private func refuseWhileOpen(_ lookup: PendingLookup, _ line: UpstreamLine) {
    guard let ticket = lookup.ticket else { return }
    line.statistics.refused += 1
    let kind = line.lastFailure?.kind ?? .network
    let why = line.lastFailure?.detail ?? "no reply"
    complete(
      lookup,
      Lookup(
        question: ticket.question, vantage: ticket.vantage, at: moment(), outcome: .failure(kind),
        attempts: 0,
        detail: "not asked, the upstream is down (\(why)); next probe in "
          + "\(line.breaker.untilProbe(at: clock).milliseconds) ms"))
  }

  /// A lane with room, opened when there is none yet; nil when all are full. `isFurther`: a repeat, which goes
  /// elsewhere than the try before, and may exceed the window, since the lookup is in the air already.
  func lane(for lookup: PendingLookup, on line: UpstreamLine, isFurther: Bool) -> Lane? {
    let kind: LaneKind =
      switch lookup.transport {
      case .udp: lookup.usesEDNS ? .udp : .plain
      case .tcp: .tcp
      case .tls: .tls
      }
    let lanes = line.lanes[kind.rawValue]
    var isShort = lanes.count < (kind == .udp ? settings.lanes : 1)
    for lane in lanes where isWorn(lane, line) {
      retire(lane)
      isShort = true
    }
    if isShort { return openLane(kind, line) ?? line.lanes[kind.rawValue].first }
    var idlest: Lane?
    for lane in lanes where !(isFurther && lanes.count > 1 && lane === lookup.lane) {
      if lane.outstanding < idlest?.outstanding ?? .max { idlest = lane }
    }
    guard let lane = idlest else { return nil }
    let window = kind.isConnection ? Self.connectionWindow : isFurther ? 2 * socketWindow : socketWindow
    return lane.outstanding < window ? lane : nil
  }

  /// Whether a lane has served long enough. Few wait at a time for their last replies, so that a slow upstream
  /// doesn't collect sockets.
  private func isWorn(_ lane: Lane, _ line: UpstreamLine) -> Bool {
    if lane.awaited == 0, clock - lane.lastUsed > Self.longestIdle { return true }
    return !lane.kind.isConnection && lane.sent >= settings.queriesPerSocket
      && line.retired.count < Self.mostRetired
  }

  /// Queries on one connection.
  private static let connectionWindow = 32
  private static let mostRetired = 16
  /// Queries over TLS are as long as a multiple of this many octets, so that their length doesn't tell the name
  /// (RFC 8467 §4.1).
  private static let paddedBlock = 128
  /// A port that rested is replaced: stale connection tracking may have made it a black hole.
  private static let longestIdle: UInt64 = 30_000_000_000

  /// Sends one packet for the lookup and sets the time for its reply.
  func send(_ lookup: PendingLookup, _ lane: Lane) {
    guard let ticket = lookup.ticket, let line = lookup.line else { return }
    release(lookup)
    do {
      lookup.questionLength = try MessageWriter.writeQuery(
        ticket.question, id: UInt16(truncatingIfNeeded: random.next()),
        recursionDesired: settings.desiresRecursion,
        udpSize: lookup.usesEDNS ? settings.udpSize : nil, clientSubnet: line.upstream.clientSubnet,
        padding: lane.kind == .tls ? Self.paddedBlock : nil, caseBits: lookup.caseBits, into: &lookup.query)
    } catch {
      return fail(lookup, .malformed, error.description)
    }
    lookup.stage = .flying
    lookup.attempts += 1
    lookup.triesLeft -= 1
    lookup.lastSent = clock
    lookup.lane = lane
    lane.awaited += 1
    line.statistics.sent += 1
    if lane.kind.isConnection { line.statistics.tcp += 1 }
    line.bucket.take()
    wheel.add(lookup.token, at: min(lookup.deadline, clock + wait(lookup)))
    lane.send(lookup.query, token: lookup.token, now: clock)
  }

  /// How long the try that goes out now waits.
  private func wait(_ lookup: PendingLookup) -> UInt64 {
    let base: UInt64
    if lookup.transport != .udp {
      base = waits.tcpTry
    } else {
      let place = max(0, waits.tries.count - 1 - lookup.triesLeft)
      base = waits.tries[min(place, waits.tries.count - 1)]
    }
    guard settings.jitter > 0 else { return base }
    let share = Double(random.next() >> 11) / Double(1 << 53) * 2 - 1
    return UInt64(Double(base) * (1 + share * min(settings.jitter, 0.9)))
  }
}
