import CAres
import DNS
import Deciding
import NIOConcurrencyHelpers

/// The resolver's one thread: it owns every c-ares channel, and everything in it is confined to that thread.
///
/// c-ares reports replies while it walks its own lists, so what arrives is only noted (`arrived`), and acted upon
/// when the call into c-ares has returned (`settle`).
final class EngineLoop {
  let settings: ResolverSettings
  let poll: Int32
  /// The most queries on one UDP socket.
  let socketWindow: Int
  /// The settings' durations in nanoseconds, which each packet needs.
  let waits: Waits
  var lines = [Vantage: UpstreamLine]()
  var clock: UInt64
  var wheel: TimerWheel
  var random = RandomBits()
  var active = 0
  /// Lines that may have something to send.
  var dirty = [UpstreamLine]()
  private let now: @Sendable () -> Timestamp
  /// The wall time of this round; nil until a lookup asks for it.
  private var roundMoment: Timestamp?
  private let inbox: Inbox
  private let board: NIOLockedValueBox<[UpstreamStatistics]>
  private var order = [Vantage]()
  private var lastLine: UpstreamLine?
  private var lookups = [PendingLookup]()
  private var free = [Int]()
  private var lanes = [UInt32: Lane]()
  private var lastLane: UInt32 = 0
  private var closing = [Lane]()
  private var arrivals = [Arrival]()
  private var completions = [Completion]()
  private var reader = MessageReader()
  private var letters = Inbox.Contents()
  private var dueTokens = [UInt64]()
  private var nextTick: UInt64 = 0
  private var ticks = 0

  /// What c-ares reported for one try.
  struct Arrival {
    enum News {
      case verdict(ReplyVerdict)
      case status(pca_status)
    }

    let token: UInt64
    let lane: Lane
    let news: News
  }

  /// A lookup that has ended, and who waits for it.
  struct Completion {
    let continuation: CheckedContinuation<Lookup, Never>
    let lookup: Lookup
  }

  struct Waits {
    /// Never empty.
    let tries: [UInt64]
    let tcpTry: UInt64
    let deadline: UInt64

    init(_ settings: ResolverSettings) {
      tries = settings.tries.isEmpty ? [1_000_000_000] : settings.tries.map(\.nanoseconds)
      tcpTry = settings.tcpTry.nanoseconds
      deadline = settings.deadline.nanoseconds
    }
  }

  init(
    _ upstreams: [Upstream], _ settings: ResolverSettings, inbox: Inbox,
    board: NIOLockedValueBox<[UpstreamStatistics]>,
    now: @escaping @Sendable () -> Timestamp
  ) {
    self.settings = settings
    waits = Waits(settings)
    self.inbox = inbox
    self.board = board
    self.now = now
    // A small datagram is accounted with about 1,280 octets; beyond that the kernel drops replies.
    let granted = Int(pca_granted_receive_buffer(Int32(settings.receiveBuffer)))
    socketWindow = max(1, min(settings.outstandingPerSocket, granted > 0 ? granted / 1280 : 64))
    clock = pca_monotonic()
    wheel = TimerWheel(now: clock)
    poll = inbox.pollDescriptor
    replace(upstreams)
  }

  /// Runs until the inbox says stop; then every lookup has ended.
  func run() {
    var events = [pca_event](repeating: pca_event(), count: 64)
    while true {
      let wait = inbox.sleep() ? waitMilliseconds() : 0
      let count = pca_poll_wait(poll, &events, Int32(events.count), wait)
      clock = pca_monotonic()
      roundMoment = nil
      var wasWoken = false
      for event in events.prefix(Int(max(0, count))) {
        guard event.data != .max else {
          wasWoken = true
          continue
        }
        // A lane that was closed a moment ago may still have an event here.
        lanes[UInt32(truncatingIfNeeded: event.data >> 32)]?.ready(
          Int32(truncatingIfNeeded: event.data), readable: event.readable != 0, writable: event.writable != 0)
      }
      settle()
      if readLetters(wasWoken: wasWoken) { break }
      if clock >= nextTick { tick() }
      sendDirty()
      closeLanes()
      if active == 0 { closeForgottenLanes() }
      deliver()
    }
    endAll()
  }

  /// How long to sleep: for ever when no lookup is in our hands.
  private func waitMilliseconds() -> Int32 {
    guard active > 0 else { return -1 }
    return nextTick <= clock ? 0 : Int32((nextTick - clock) / 1_000_000) + 1
  }

  private func tick() {
    nextTick = clock + TimerWheel.tick
    dueTokens.removeAll(keepingCapacity: true)
    wheel.advance(to: clock, due: &dueTokens)
    for token in dueTokens {
      guard let lookup = lookup(token), lookup.token == token else { continue }
      timeIsUp(lookup)
    }
    ticks += 1
    // Our own deadlines rule; this only lets c-ares forget what it has given up.
    if ticks % 10 == 0 { for lane in lanes.values where lane.outstanding > 0 { lane.expire() } }
    settle()
    for line in lines.values { markDirty(line) }
    publish()
  }

  // MARK: What callers left

  private func readLetters(wasWoken: Bool) -> Bool {
    inbox.take(emptied: &letters, wasWoken: wasWoken)
    defer {
      letters.jobs.removeAll(keepingCapacity: true)
      letters.cancelled.removeAll(keepingCapacity: true)
      letters.upstreams = nil
    }
    if let upstreams = letters.upstreams { replace(upstreams) }
    for job in letters.jobs { admit(job) }
    for ticket in letters.cancelled {
      guard let token = ticket.token, let lookup = lookup(token) else { continue }
      fail(lookup, .cancelled, "cancelled")
    }
    return letters.isStopping
  }

  private func admit(_ job: Job) {
    guard !job.ticket.isCancelled else { return refuse(job, .cancelled, "cancelled") }
    guard let line = line(job.ticket.vantage) else {
      return refuse(job, .network, "no upstream is called '\(job.ticket.vantage)'")
    }
    guard line.queued < settings.queued else {
      line.statistics.refused += 1
      line.statistics.completed += 1
      markDirty(line)
      return refuse(job, .network, "\(settings.queued) lookups wait for \(line.upstream.endpoint) already")
    }
    let lookup: PendingLookup
    if let index = free.popLast() {
      lookup = lookups[index]
    } else {
      lookup = PendingLookup(index: lookups.count)
      lookups.append(lookup)
    }
    lookup.begin(job, line, settings, now: clock)
    active += 1
    line.queued += 1
    line.queue.append(lookup.token)
    markDirty(line)
  }

  /// Most lookups are for the same upstream as the one before.
  private func line(_ vantage: Vantage) -> UpstreamLine? {
    if let lastLine, lastLine.upstream.vantage == vantage { return lastLine }
    lastLine = lines[vantage]
    return lastLine
  }

  private func refuse(_ job: Job, _ kind: FailureKind, _ detail: String) {
    let lookup = Lookup(
      question: job.ticket.question, vantage: job.ticket.vantage, at: moment(), outcome: .failure(kind),
      attempts: 0, detail: detail)
    completions.append(Completion(continuation: job.continuation, lookup: lookup))
  }

  /// The wall time, read once a round.
  func moment() -> Timestamp {
    if let roundMoment { return roundMoment }
    let moment = now()
    roundMoment = moment
    return moment
  }

  /// Upstreams that stay keep their state; the lookups at those that go are cancelled.
  private func replace(_ upstreams: [Upstream]) {
    var kept = [Vantage: UpstreamLine]()
    order = []
    for upstream in upstreams where kept[upstream.vantage] == nil {
      let old = lines[upstream.vantage].flatMap { $0.upstream == upstream ? $0 : nil }
      kept[upstream.vantage] = old ?? UpstreamLine(upstream, settings, now: clock)
      order.append(upstream.vantage)
    }
    for (vantage, line) in lines where kept[vantage] !== line {
      for lookup in lookups where lookup.line === line {
        fail(lookup, .cancelled, "the upstream was removed")
      }
      for lane in line.lanes.joined() { retire(lane) }
    }
    lines = kept
    lastLine = nil
    publish()
  }

  // MARK: What c-ares reports

  /// Notes a report. Called from within c-ares: nothing here may call it.
  func arrived(_ token: UInt64, on lane: Lane, status: pca_status, reply: UnsafeRawBufferPointer) {
    guard let lookup = lookup(token) else { return }
    guard status == PCA_REPLY || status == PCA_FURTHER_REPLY else {
      // A reply to an earlier try is welcome; its failure is not news.
      if lookup.token == token { arrivals.append(Arrival(token: token, lane: lane, news: .status(status))) }
      return
    }
    let verdict = read(reply, lookup, on: lane)
    // Most replies end their lookup, which calls nothing of c-ares; the others may send.
    if case .final = verdict { return follow(verdict, lookup, on: lane) }
    arrivals.append(Arrival(token: token, lane: lane, news: .verdict(verdict)))
  }

  private func read(_ reply: UnsafeRawBufferPointer, _ lookup: PendingLookup, on lane: Lane)
    -> ReplyVerdict
  {
    guard let ticket = lookup.ticket, let line = lookup.line else { return .malformed("nobody waits for it") }
    return lookup.query.withUnsafeBytes { query in
      let octets = UnsafeRawBufferPointer(rebasing: query[12..<12 + lookup.questionLength])
      let asked = AskedQuestion(ticket.question, octets: octets)
      do throws(WireError) {
        let message = try reader.read(reply, asked: asked)
        let isMixed = lookup.caseBits != 0
        let repeatsOctets = !isMixed || asked.isRepeated(in: reply)
        // The lane tells what the reply came over: a late one over UDP may come when TCP was turned to.
        let transport = lane.kind.transport
        var isDemanded = settings.mixesCase
        if settings.learnsCase, isMixed, message.question == ticket.question {
          isDemanded = isDemanded || (transport == .udp && line.caseEcho.isDemanded(at: clock))
          line.caseEcho.note(isRepeated: repeatsOctets, over: transport, at: clock)
        }
        return ReplyVerdict(
          message,
          to: ReplyVerdict.Query(
            question: ticket.question, transport: lookup.transport, usesEDNS: lane.sentEDNS(lookup),
            clientSubnet: line.upstream.clientSubnet, requiresSameCase: isDemanded,
            repeatsOctets: repeatsOctets, isCaseLearned: settings.learnsCase && !settings.mixesCase))
      } catch {
        return .malformed(error.description)
      }
    }
  }

  /// Acts on what was noted. Sending may note more, when c-ares fails at once.
  func settle() {
    while !arrivals.isEmpty {
      var batch = [Arrival]()
      swap(&batch, &arrivals)
      for arrival in batch {
        guard let lookup = lookup(arrival.token) else { continue }
        switch arrival.news {
        case .verdict(let verdict): follow(verdict, lookup, on: arrival.lane)
        case .status(let status):
          if lookup.token == arrival.token { follow(status, lookup) }
        }
      }
      batch.removeAll(keepingCapacity: true)
      if arrivals.isEmpty { swap(&batch, &arrivals) }
    }
  }

  // MARK: Lookups

  /// The lookup that the token names, unless it has ended.
  func lookup(_ token: UInt64) -> PendingLookup? {
    let index = PendingLookup.index(of: token)
    guard index < lookups.count, lookups[index].isNamed(by: token) else { return nil }
    return lookups[index]
  }

  /// Ends a lookup: it is answered once, its place is free, and its line may send another.
  func complete(_ lookup: PendingLookup, _ result: Lookup) {
    guard let line = lookup.line else { return }
    release(lookup)
    if lookup.stage == .queued { line.queued -= 1 } else { line.outstanding -= 1 }
    if lookup.isProbe { line.breaker.recordCancelledProbe() }
    line.statistics.completed += 1
    let continuation = lookup.end()
    free.append(lookup.index)
    active -= 1
    markDirty(line)
    if let continuation { completions.append(Completion(continuation: continuation, lookup: result)) }
  }

  /// Says that the lookup no longer waits for its current try.
  func release(_ lookup: PendingLookup) {
    guard let lane = lookup.lane else { return }
    lookup.lane = nil
    lane.awaited -= 1
    if lane.isRetired, lane.awaited == 0 { closing.append(lane) }
  }

  func markDirty(_ line: UpstreamLine) {
    if line.isDirty { return }
    line.isDirty = true
    dirty.append(line)
  }

  private func deliver() {
    // Else the next tick publishes. A caller that asks alone sees its lookup in the figures.
    if active == 0, !completions.isEmpty { publish() }
    // Taken from the end, each is moved; a loop over the array would copy it.
    while let completion = completions.popLast() {
      completion.continuation.resume(returning: completion.lookup)
    }
  }

  private func publish() {
    board.withLockedValue { board in board = order.compactMap { lines[$0]?.currentStatistics } }
  }

  // MARK: Lanes

  func openLane(_ kind: LaneKind, _ line: UpstreamLine) -> Lane? {
    repeat { lastLane &+= 1 } while lanes[lastLane] != nil || lastLane == .max
    guard let lane = Lane(id: lastLane, kind: kind, upstream: line, owner: self, now: clock) else {
      return nil
    }
    lanes[lane.id] = lane
    line.lanes[kind.rawValue].append(lane)
    line.statistics.sockets += 1
    return lane
  }

  /// Takes a lane out of use; it is closed when its last awaited reply is there.
  func retire(_ lane: Lane) {
    guard !lane.isRetired else { return }
    lane.isRetired = true
    lane.upstream.lanes[lane.kind.rawValue].removeAll { $0 === lane }
    lane.upstream.retired.append(lane)
    if lane.awaited == 0 { closing.append(lane) }
  }

  /// Closes what is to be closed, outside of any call into c-ares.
  private func closeLanes() {
    while let lane = closing.popLast() {
      guard lanes.removeValue(forKey: lane.id) != nil else { continue }
      lane.close()
      lane.upstream.retired.removeAll { $0 === lane }
    }
  }

  /// When nobody waits, queries that c-ares still counts as in the air would wake us for nothing, or, with 1.34.7,
  /// never be reported at all.
  private func closeForgottenLanes() {
    for lane in lanes.values where lane.outstanding > 0 { retire(lane) }
    closeLanes()
  }

  /// c-ares gives up a little after us.
  func channelTimeout(_ kind: LaneKind) -> Int32 {
    let longest = kind.isConnection ? settings.tcpTry : settings.tries.max() ?? .seconds(1)
    return Int32(clamping: Int64(Double(longest.milliseconds) * (1 + settings.jitter)) + 100)
  }

  private func endAll() {
    for lookup in lookups where lookup.stage != .free { fail(lookup, .cancelled, "the resolver stopped") }
    for lane in lanes.values { retire(lane) }
    closeLanes()
    deliver()
  }
}
