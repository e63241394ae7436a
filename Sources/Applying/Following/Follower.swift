package import Deciding
package import Logging

import Dispatch
import Synchronization

/// Keeps the kernel in step with a server: hears of a generation, checks it, remembers it, loads it, and looks again and
/// again whether the kernel still has it.
package struct Follower: Sendable {
  /// What it needs to know.
  package struct Settings: Sendable {
    /// Where the last set that was taken is kept.
    package var memory: String
    /// Whether the server may offer an older generation; only until one was taken.
    package var allowsRollback = false
    /// The pause between polls, where the server can do no better.
    package var polling = Duration.seconds(10)
    /// The pause between looks at the kernel.
    package var check = Duration.seconds(10)
    package var now: @Sendable () -> Timestamp

    package init(memory: String, now: @escaping @Sendable () -> Timestamp) {
      self.memory = memory
      self.now = now
    }
  }

  private let settings: Settings
  private let client: FollowClient
  private let loader: SetLoader
  private let logger: Logger
  private let wakeups = Wakeups()

  /// One that has asked for nothing yet; it goes on from what its memory file says.
  package init(_ settings: Settings, client: FollowClient, loader: SetLoader, logger: Logger) {
    self.settings = settings
    self.client = client
    self.loader = loader
    self.logger = logger
  }

  /// Follows until the task is cancelled.
  ///
  /// - Throws: `TakenSetError`; `ApplyError.toolMissing`. All other failures are told and tried again.
  package func run(taken: TakenSet?) async throws {
    let events: RuleEvents? =
      if case .nft = loader.target.kind { RuleEvents { wakeups.raise(.check) } } else { nil }
    wakeups.note(taken?.offer.generation)
    try await withThrowingTaskGroup(of: Void.self) { [self] group in
      group.addTask { [self] in try await hear() }
      group.addTask { [self] in
        while true {
          try await Task.sleep(for: settings.check)
          wakeups.raise(.check)
        }
      }
      group.addTask { [self] in try await act(taken) }
      defer { group.cancelAll() }
      try await group.next()
    }
    withExtendedLifetime(events) {}
  }

  /// Waits for news in the best way that the server knows.
  private func hear() async throws {
    var plan = FollowPlan()
    var shown: FollowPlan.Channel?
    while !Task.isCancelled {
      let channel = plan.channel
      let outcome: FollowPlan.Outcome
      switch channel {
      case .events: outcome = await client.listen { wakeups.raise(.news) }
      case .longPoll: outcome = await client.wait(since: wakeups.taken) { wakeups.raise(.news) }
      case .polling:
        wakeups.raise(.news)
        outcome = .ended
      }
      if outcome == .ended, shown != channel {
        shown = channel
        logger.debug("heard from the server", metadata: ["follow.channel": "\(channel.rawValue)"])
      }
      // The connection ended or never began: whatever happened meanwhile is asked for, and the asking tells the fault.
      if outcome == .failed { wakeups.raise(.news) }
      let pause = plan.next(after: outcome, polling: settings.polling, random: .random(in: 0...1))
      if outcome == .unknown {
        logger.info(
          "the server does not know this way to hear of changes; the next one is tried",
          metadata: ["follow.channel": "\(channel.rawValue)", "follow.next": "\(plan.channel.rawValue)"])
      }
      try await Task.sleep(for: pause)
    }
  }

  private func act(_ first: TakenSet?) async throws {
    var taken = first
    var mayRollBack = settings.allowsRollback
    var told: String?
    var failures = 0
    if let taken {
      logger.info(
        "the last set that was taken is loaded", metadata: ["set.generation": "\(taken.offer.generation)"])
      await step(taken.wanted, &told, isNew: false)
    }
    for await _ in wakeups.stream {
      let wakeup = wakeups.take()
      if wakeup.contains(.news) {
        do {
          if let new = try await newer(than: taken, mayRollBack) {
            taken = new
            mayRollBack = false
            wakeups.note(new.offer.generation)
            await step(new.wanted, &told, isNew: true)
          } else if wakeup.contains(.check), let taken {
            await step(taken.wanted, &told, isNew: false)
          }
          if failures > 0 { logger.info("the server's offers are taken again") }
          failures = 0
        } catch {
          if Task.isCancelled { throw error }
          failures += 1
          tell(error, failures, keeps: taken)
          let pause = FollowPlan.pause(after: failures, random: .random(in: 0...1))
          wakeups.raise(.news, after: pause)
          if let taken, wakeup.contains(.check) { await step(taken.wanted, &told, isNew: false) }
        }
      } else if let taken {
        await step(taken.wanted, &told, isNew: false)
      }
    }
  }

  /// Asks, checks and remembers; nil when the server has nothing new.
  private func newer(than taken: TakenSet?, _ mayRollBack: Bool) async throws -> TakenSet? {
    let offer = try await client.offer()
    switch TrustRule.judge(offer, after: taken?.offer, allowsRollback: mayRollBack) {
    case .known: return nil
    case .refuse(let fault): throw fault
    case .fetch:
      let new = TakenSet(offer: offer, wanted: try await client.fetch(offer))
      // Before the kernel gets it: a follower that dies in between must not go back behind what it loaded.
      try new.write(settings.memory, at: settings.now())
      return new
    }
  }

  /// Loads what differs and tells of it. A failure is told once and tried again at the next look.
  private func step(_ wanted: WantedSet, _ told: inout String?, isNew: Bool) async {
    let start = ContinuousClock.now
    do {
      let changes = try await loader.apply(wanted)
      told = nil
      guard !changes.allSatisfy(\.isNone) else {
        if isNew { logger.info("applied", metadata: metadata(wanted, changes, since: start)) }
        return
      }
      logger.log(
        level: isNew ? .info : .warning,
        isNew ? "applied" : "the kernel had something else, and was brought in step",
        metadata: metadata(wanted, changes, since: start))
    } catch {
      guard told != "\(error)" else { return }
      told = "\(error)"
      logger.error("the kernel keeps what it has", metadata: ["error": "\(error)"])
    }
  }

  private func tell(_ error: any Error, _ failures: Int, keeps taken: TakenSet?) {
    // The first is told, then ever fewer: a server that is away for a night is not a thousand lines.
    guard failures & (failures - 1) == 0 else { return }
    logger.warning(
      "nothing new was taken; the kernel keeps what it has",
      metadata: [
        "error": "\(error)", "follow.failures": "\(failures)",
        "set.generation": "\(taken.map { "\($0.offer.generation)" } ?? "none")",
      ])
  }

  private func metadata(_ wanted: WantedSet, _ changes: [SetChange], since start: ContinuousClock.Instant)
    -> Logger.Metadata
  {
    [
      "set.name": "\(wanted.set)", "set.generation": "\(wanted.generation.map { "\($0)" } ?? "none")",
      "set.entries": "\(changes.reduce(0) { $0 + $1.kept + $1.added.count })",
      "set.added": "\(changes.reduce(0) { $0 + $1.added.count })",
      "set.removed": "\(changes.reduce(0) { $0 + $1.removed.count })",
      "duration.ms": "\((ContinuousClock.now - start) / .milliseconds(1))",
    ]
  }
}

/// Reasons to act that come while one is acting are joined.
private final class Wakeups: Sendable {
  struct Reasons: OptionSet {
    let rawValue: Int
    static let news = Reasons(rawValue: 1)
    static let check = Reasons(rawValue: 2)
  }

  let stream: AsyncStream<Void>
  private let continuation: AsyncStream<Void>.Continuation
  private let waiting = Mutex(Reasons())
  private let generation = Mutex<Generation?>(nil)
  private let timers = DispatchQueue(label: "postern.wakeups")

  init() { (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

  func raise(_ reasons: Reasons) {
    waiting.withLock { $0.formUnion(reasons) }
    continuation.yield()
  }

  func raise(_ reasons: Reasons, after pause: Duration) {
    timers.asyncAfter(deadline: .now() + .milliseconds(Int(pause / .milliseconds(1)))) { [weak self] in
      self?.raise(reasons)
    }
  }

  /// The generation that was taken last: long polls ask for a newer one.
  var taken: Generation? { generation.withLock { $0 } }

  func note(_ generation: Generation?) { self.generation.withLock { $0 = generation } }

  func take() -> Reasons {
    waiting.withLock { reasons in
      defer { reasons = [] }
      return reasons
    }
  }
}
