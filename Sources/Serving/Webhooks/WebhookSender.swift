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

  /// A receiver; the secret is used as it is, in octets.
  package init(url: String, secret: [UInt8], sets: Set<SetName>? = nil) {
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
    let queue = Mutex(WebhookQueue())
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
      line.queue.withLock { $0.add(pointer) }
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
      while let pointer = line.queue.withLock({ $0.next }), !Task.isCancelled {
        let (outcome, reason, asked) = await post(pointer, to: line.target, client)
        count(outcome)
        if outcome == .failed {
          failures += 1
          log(.warning, "a webhook failed and is tried again", pointer, line.target, reason)
          try? await Task.sleep(
            for: WebhookMessage.pause(after: failures, lot: .random(in: 0...1), asked: asked))
          continue
        }
        failures = 0
        line.queue.withLock { $0.remove(pointer) }
        if outcome == .delivered { remember(pointer, line.target) }
        if outcome == .refused { log(.error, "a webhook was refused", pointer, line.target, reason) }
      }
      if Task.isCancelled { return }
    }
  }

  private func remember(_ pointer: GenerationPointer, _ target: WebhookTarget) {
    do { try memory?.note(pointer, target) } catch {
      log(.warning, "a delivery could not be written down, and may be repeated", pointer, target, "\(error)")
    }
  }

  private func post(
    _ pointer: GenerationPointer, to target: WebhookTarget, _ client: HTTPClient
  ) async -> (WebhookMessage.Outcome, reason: String, asked: Int?) {
    let body = pointer.json(root: root)
    var request = HTTPClientRequest(url: target.url)
    request.method = .POST
    request.headers = [
      "content-type": "application/json", "user-agent": agent,
      "x-postern-delivery": "\(pointer.set)-\(pointer.generation)",
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
    _ level: Logger.Level, _ message: Logger.Message, _ pointer: GenerationPointer, _ target: WebhookTarget,
    _ reason: String
  ) {
    // The query of a receiver's URL often holds a secret.
    let place = target.url.prefix { $0 != "?" }
    logger.log(
      level: level, message,
      metadata: [
        "webhook.url": "\(place)", "set.name": "\(pointer.set)", "set.generation": "\(pointer.generation)",
        "reason": "\(reason)",
      ])
  }
}
