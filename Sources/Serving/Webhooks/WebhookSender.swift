package import Deciding
package import Logging
import AsyncHTTPClient
import Metrics
import NIOCore
import NIOHTTP1
import ServiceLifecycle
import Synchronization

/// Somebody who wants to be told of new generations.
package struct WebhookTarget: Hashable, Sendable {
  /// `https://…` or `http://…`.
  package let url: String
  /// The key of the signatures; shown nowhere.
  package let secret: [UInt8]
  /// The sets that it is told of; nil for all.
  package let sets: Set<SetName>?
  /// The kinds of events that it is told of.
  package let events: Set<EventKind>

  /// A receiver; the secret is used as it is, in octets.
  package init(url: String, secret: [UInt8], sets: Set<SetName>? = nil, events: Set<EventKind> = []) {
    self.events = events
    self.url = url
    self.secret = secret
    self.sets = sets
  }
}

/// Posts a pointer to each configured receiver for each new generation: at least once, perhaps out of order, never
/// lost unless a newer one takes its place: after a start the current generation is posted to whoever lacks it. It
/// follows no redirect.
package struct WebhookSender: Service {
  private let lines: [Line]
  private let root: String
  private let agent: String
  private let memory: WebhookMemory?
  private let logger: Logger
  private let now: @Sendable () -> Timestamp

  /// One receiver and what waits for it.
  private final class Line: Sendable {
    let target: WebhookTarget
    let queue = Mutex((pointers: WebhookQueue(), events: WebhookEvents()))
    let wake: AsyncStream<Void>
    let bell: AsyncStream<Void>.Continuation

    init(_ target: WebhookTarget) {
      self.target = target
      (wake, bell) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }
  }

  /// - Parameters:
  ///   - root: the service's own URL without a final slash, for the pointers; empty when nobody told it.
  ///   - agent: `User-Agent`.
  ///   - memory: what was delivered before; without it, everything that is taken counts as new.
  package init(
    _ targets: [WebhookTarget], root: String = "", agent: String = "postern", memory: WebhookMemory? = nil,
    logger: Logger,
    now: @escaping @Sendable () -> Timestamp
  ) {
    lines = targets.map(Line.init)
    self.root = root
    self.agent = agent
    self.memory = memory
    self.logger = logger
    self.now = now
  }

  /// Takes a pointer and returns at once: see `PublishedSets.observe`.
  package func take(_ pointer: GenerationPointer) {
    for line in lines
    where line.target.sets?.contains(pointer.set) != false && memory?.has(pointer, line.target) != true {
      line.queue.withLock { $0.pointers.add(pointer) }
      line.bell.yield()
    }
  }

  /// Takes events and returns at once; each receiver gets those that it asked for.
  package func take(_ events: [Event]) {
    for line in lines {
      let wanted = events.filter { line.target.events.contains($0.kind) }
      guard !wanted.isEmpty else { continue }
      line.queue.withLock { queue in wanted.forEach { queue.events.add($0) } }
      line.bell.yield()
    }
  }

  /// Delivers until the service group shuts down.
  package func run() async throws {
    // A service that ends by itself would end the others too.
    guard !lines.isEmpty else { return try await gracefulShutdown() }
    var configuration = HTTPClient.Configuration(
      redirectConfiguration: .disallow, timeout: .init(connect: .seconds(5), read: .seconds(10)),
      decompression: .disabled)
    configuration.connectionPool.retryConnectionEstablishment = false
    let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    _ = await cancelWhenGracefulShutdown {
      await withTaskGroup(of: Void.self) { group in
        for line in lines { group.addTask { await deliver(line, client) } }
      }
    }
    // It fails only for a client that was shut down before.
    try? await client.shutdown()
  }

  private func deliver(_ line: Line, _ client: HTTPClient) async {
    var failures = 0
    for await _ in line.wake {
      while let news = line.queue.withLock({ queue in
        queue.pointers.next.map(News.generation) ?? queue.events.next.map(News.event)
      }), !Task.isCancelled {
        let (outcome, reason, asked) = await post(news, to: line.target, client)
        count(outcome)
        if outcome == .failed {
          failures += 1
          log(.warning, "a webhook failed and is tried again", news, line.target, reason)
          try? await Task.sleep(
            for: WebhookMessage.pause(after: failures, lot: .random(in: 0...1), asked: asked))
          continue
        }
        failures = 0
        line.queue.withLock { queue in
          switch news {
          case .generation(let pointer): queue.pointers.remove(pointer)
          case .event(let event): queue.events.remove(event)
          }
        }
        if outcome == .delivered, case .generation(let pointer) = news { remember(pointer, line.target) }
        if outcome == .refused { log(.error, "a webhook was refused", news, line.target, reason) }
      }
      if Task.isCancelled { return }
    }
  }

  private func remember(_ pointer: GenerationPointer, _ target: WebhookTarget) {
    do { try memory?.note(pointer, target) } catch {
      log(
        .warning, "a delivery could not be written down, and may be repeated", .generation(pointer), target,
        "\(error)")
    }
  }

  /// What a receiver is told.
  private enum News {
    case generation(GenerationPointer)
    case event(WebhookEvents.Numbered)
  }

  private func post(
    _ news: News, to target: WebhookTarget, _ client: HTTPClient
  ) async -> (WebhookMessage.Outcome, reason: String, asked: Int?) {
    let (body, delivery) =
      switch news {
      case .generation(let pointer): (pointer.json(root: root), "\(pointer.set)-\(pointer.generation)")
      case .event(let event): (event.json, "event-\(event.event.at.milliseconds)-\(event.number)")
      }
    var request = HTTPClientRequest(url: target.url)
    request.method = .POST
    request.headers = [
      "content-type": "application/json", "user-agent": agent,
      "x-postern-delivery": delivery,
      "x-postern-signature": WebhookMessage.signature(body, secret: target.secret, at: now()),
    ]
    request.body = .bytes(ByteBuffer(bytes: body))
    do {
      let response = try await client.execute(request, timeout: .seconds(15))
      let status = Int(response.status.code)
      let asked = response.headers.first(name: "retry-after").flatMap { Int($0) }
      return (WebhookMessage.outcome(status: status), "status \(status)", asked)
    } catch {
      return (.failed, "\(error)", nil)
    }
  }

  private func count(_ outcome: WebhookMessage.Outcome) {
    Counter(label: "postern_webhook_deliveries", dimensions: [("outcome", "\(outcome)")]).increment()
  }

  private func log(
    _ level: Logger.Level, _ message: Logger.Message, _ news: News, _ target: WebhookTarget, _ reason: String
  ) {
    var metadata: Logger.Metadata =
      switch news {
      case .generation(let pointer):
        ["set.name": "\(pointer.set)", "set.generation": "\(pointer.generation)"]
      case .event(let event):
        ["event.kind": "\(event.event.kind)", "event.subject": "\(event.event.subject)"]
      }
    // The query of a receiver's URL often holds a secret.
    let place = target.url.prefix { $0 != "?" }
    metadata["webhook.url"] = "\(place)"
    metadata["reason"] = "\(reason)"
    logger.log(level: level, message, metadata: metadata)
  }
}
