import CAres
import DNS
import Deciding

extension EngineLoop {
  /// Acts on a reply.
  func follow(_ verdict: ReplyVerdict, _ lookup: PendingLookup, on lane: Lane) {
    guard let line = lookup.line else { return }
    lane.consecutiveTimeouts = 0
    if case .malformed(let reason) = verdict {
      line.statistics.malformed += 1
      // 1.18 may have stopped EDNS on this channel and cut the reply; 1.34 drops the connection anyway.
      retire(lane)
      lookup.lastFailure = (.malformed, reason)
      return tryAgain(lookup)
    }
    line.statistics.answered += 1
    lane.answered += 1
    line.breaker.recordReply()
    lookup.isProbe = false
    line.recordRoundTrip(clock - lookup.lastSent)
    note(verdict, lookup, on: lane)
    switch verdict {
    case .malformed: break
    case .final(let conclusion): complete(lookup, conclusion)
    case .bareError(let conclusion):
      // The next try has another ID, and another port where there is one; a true answer to either ends the lookup.
      guard lookup.bareErrors == 0, lookup.triesLeft > 0, clock < lookup.deadline,
        case .failure(let kind) = conclusion.outcome
      else { return complete(lookup, conclusion) }
      lookup.bareErrors += 1
      lookup.lastFailure = (kind, conclusion.detail ?? "")
      sendAgain(lookup)
    case .askOverTCPForCase:
      line.statistics.caseMismatches += 1
      lookup.lastFailure = (.malformed, "the reply doesn't repeat the case of the question (0x20)")
      lookup.transport = .tcp
      lookup.triesLeft = PendingLookup.tcpTries
      sendAgain(lookup)
    case .askOverTCP:
      lookup.sawTruncation = true
      lookup.transport = .tcp
      lookup.triesLeft = PendingLookup.tcpTries
      sendAgain(lookup)
    case .askWithoutEDNS(let code):
      // The channel may refuse EDNS from now on (1.18).
      retire(lane)
      // It may come late, when a try without EDNS is on its way already.
      guard lookup.usesEDNS else { return }
      lookup.usesEDNS = false
      lookup.lastFailure = (.formErr, "the upstream answered \(code)")
      lookup.triesLeft = max(1, lookup.triesLeft)
      sendAgain(lookup)
    }
  }

  /// Learns from a reply whether its upstream takes EDNS.
  private func note(_ verdict: ReplyVerdict, _ lookup: PendingLookup, on lane: Lane) {
    guard let line = lookup.line else { return }
    // A header alone says nothing of EDNS.
    if case .bareError = verdict { return }
    if case .askWithoutEDNS = verdict {
      line.plainUntil = clock + settings.plainFor.nanoseconds
    } else if lane.sentEDNS(lookup) {
      line.answeredEDNS = clock
    } else if lookup.isPlainTrial {
      // An upstream that answered EDNS lately has only lost packets.
      if let last = line.answeredEDNS, clock - last <= settings.plainFor.nanoseconds { return }
      line.plainUntil = clock + settings.plainFor.nanoseconds
    }
  }

  /// Acts on a try that c-ares gave up.
  func follow(_ status: pca_status, _ lookup: PendingLookup) {
    guard let line = lookup.line, lookup.stage == .flying else { return }
    let endpoint = line.upstream.endpoint
    switch status {
    case PCA_TIMEOUT where clock - lookup.lastSent >= Self.soonestTimeout:
      timeIsUp(lookup)
    case PCA_TIMEOUT, PCA_UNREACHABLE:
      // 1.27 says timeout, at once, for a refused connection.
      if let lane = lookup.lane, lane.kind.isConnection, lane.answered > 0 {
        // A server may close a connection whenever it likes (RFC 7766 §6.2.3, RFC 7858 §3.4), and this one answered: its
        // other queries go out again on a new one. Each round has answered one, so that there is an end.
        retire(lane)
        lookup.triesLeft += 1
        return clock < lookup.deadline ? sendAgain(lookup) : tryAgain(lookup)
      }
      line.statistics.unreachable += 1
      lookup.lastFailure = (
        .network,
        lookup.lane?.trouble.map { "\(endpoint) can't be used: \($0)" }
          ?? "\(endpoint) can't be reached: connection refused, closed or no route"
      )
      if let lane = lookup.lane { retire(lane) }
      pause(lookup)
    case PCA_BAD_REPLY:
      line.statistics.malformed += 1
      lookup.lastFailure = (.malformed, "c-ares could not read the reply")
      if let lane = lookup.lane { retire(lane) }
      changeWay(lookup)
      tryAgain(lookup)
    case PCA_CLOSED:
      tryAgain(lookup)
    default:
      lookup.lastFailure = (.network, "no memory or socket for a query to \(endpoint)")
      pause(lookup)
    }
  }

  /// The time of the try, or of the pause, is over.
  func timeIsUp(_ lookup: PendingLookup) {
    guard let line = lookup.line else { return }
    switch lookup.stage {
    case .flying:
      line.statistics.timeouts += 1
      let trouble = lookup.lane?.trouble.map { ": \($0)" } ?? ""
      if let lane = lookup.lane {
        lane.consecutiveTimeouts += 1
        // A stale source port or, on 1.34.5, a socket that an empty datagram wedged.
        if lane.consecutiveTimeouts >= Self.mostTimeouts || lane.kind.isConnection { retire(lane) }
      }
      lookup.lastFailure = (.timeout, "no reply from \(line.upstream.endpoint)\(trouble)")
      tryAgain(lookup)
    case .pausing, .parked: tryAgain(lookup)
    case .queued, .free: break
    }
  }

  /// Sends the next try, or ends the lookup when there is none left.
  private func tryAgain(_ lookup: PendingLookup) {
    if lookup.triesLeft > 0, clock < lookup.deadline {
      tryWithoutEDNS(lookup)
      return sendAgain(lookup)
    }
    let failure = lookup.lastFailure ?? (.timeout, "no reply in time")
    if lookup.sawTruncation {
      return fail(lookup, .truncated, "the reply was truncated, and TCP failed: \(failure.detail)")
    }
    fail(lookup, failure.kind, "\(failure.detail) (\(lookup.attempts) packets sent)")
  }

  /// Asks otherwise after a reply that c-ares could not read, which newer ones hand back at once and without its octets.
  /// It may be a FORMERR without a question, as old resolvers answer EDNS, or a truncated reply that was cut within a
  /// record: so first EDNS is left out, then TCP is tried.
  private func changeWay(_ lookup: PendingLookup) {
    guard lookup.transport == .udp else { return }
    if lookup.usesEDNS, lookup.line?.upstream.clientSubnet == nil {
      lookup.usesEDNS = false
      lookup.isPlainTrial = true
      lookup.triesLeft = max(1, lookup.triesLeft)
    } else {
      lookup.transport = .tcp
      lookup.triesLeft = PendingLookup.tcpTries
    }
  }

  /// Leaves EDNS out of the last try when nothing answered the others: c-ares drops a FORMERR without a question, which
  /// is how some old resolvers answer EDNS. With a client subnet the answer would be one for another network.
  private func tryWithoutEDNS(_ lookup: PendingLookup) {
    guard lookup.usesEDNS, lookup.triesLeft == 1, lookup.attempts > 0, !lookup.sawTruncation,
      lookup.lastFailure?.kind == .timeout, lookup.line?.upstream.clientSubnet == nil
    else { return }
    lookup.usesEDNS = false
    lookup.isPlainTrial = true
  }

  /// Waits before the next try: a resolver that restarts is back within moments.
  private func pause(_ lookup: PendingLookup) {
    guard lookup.triesLeft > 0, let first = settings.tries.first else { return tryAgain(lookup) }
    release(lookup)
    lookup.stage = .pausing
    wheel.add(lookup.token, at: min(lookup.deadline, clock + first.nanoseconds / 4))
  }

  private func sendAgain(_ lookup: PendingLookup) {
    guard let line = lookup.line else { return }
    if let lane = lane(for: lookup, on: line, isFurther: true) { return send(lookup, lane) }
    release(lookup)
    lookup.stage = .parked
    line.parked.append(lookup.token)
    wheel.add(lookup.token, at: lookup.deadline)
  }

  private func complete(_ lookup: PendingLookup, _ conclusion: Conclusion) {
    guard let ticket = lookup.ticket else { return }
    complete(
      lookup,
      Lookup(
        question: ticket.question, vantage: ticket.vantage, at: moment(), outcome: conclusion.outcome,
        responseCode: conclusion.responseCode, chain: conclusion.chain, negativeTTL: conclusion.negativeTTL,
        isAuthenticated: conclusion.isAuthenticated, roundTrip: .nanoseconds(clock - lookup.firstSent),
        attempts: lookup.attempts, detail: conclusion.detail))
  }

  /// Ends a lookup without a reply that counts.
  func fail(_ lookup: PendingLookup, _ kind: FailureKind, _ detail: String) {
    guard let ticket = lookup.ticket, let line = lookup.line else { return }
    switch kind {
    case .timeout, .network:
      line.breaker.recordFailure(at: clock)
      line.lastFailure = (kind, detail)
      lookup.isProbe = false
    case .cancelled:
      break
    default:
      // It speaks, if badly.
      line.breaker.recordReply()
      lookup.isProbe = false
    }
    complete(
      lookup,
      Lookup(
        question: ticket.question, vantage: ticket.vantage, at: moment(), outcome: .failure(kind),
        roundTrip: lookup.firstSent == 0 ? .zero : .nanoseconds(clock - lookup.firstSent),
        attempts: lookup.attempts, detail: detail))
  }

  /// Timeouts in a row that retire a lane.
  private static let mostTimeouts = 3
  private static let soonestTimeout: UInt64 = 50_000_000
}
