import HTTPTypes
import NIOCore
import NIOHTTP1
import Publishing

import struct Deciding.Generation
import struct Deciding.SetName
import struct Deciding.Timestamp

/// Answers what is prepared on the event loop itself, as bytes that were serialised beforehand; everything else goes
/// on to Hummingbird.
///
/// Hummingbird moves each request to Swift's thread pool and back, which costs more than a "not modified" itself:
/// `scripts/bench` compares both with nginx. It sits behind NIO's HTTP decoder, so there is one parser and one
/// understanding of where a request ends.
final class HotPath: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = HTTPServerRequestPart
  typealias OutboundIn = HTTPServerResponsePart
  typealias OutboundOut = HTTPServerResponsePart

  private let sets: PublishedSets
  private let requests: RequestMetrics
  private let now: @Sendable () -> Timestamp
  /// In front of the encoder, where bytes are written.
  private var encoder: ChannelHandlerContext?
  /// Requests that Hummingbird has and has not answered: until it has, answering here would come out of turn.
  private var outstanding = 0
  /// Whether the end of the last request that went on to Hummingbird has been read.
  private var isReading = false
  private var pending: Pending?

  private struct Pending {
    let answer: PreparedAnswer
    var conditions = ConditionalRequest()
    var agent = ""
    let hasBody: Bool
  }

  private var needsFlush = false
  private var date: (second: Int64, line: [UInt8]) = (.min, [])
  private let consumers: ConsumerLog?
  /// Who is at the other end, as consumers are told apart.
  private var principal = ""
  /// The consumer of the last request: on a kept connection it is that of the next.
  private var consumer: ConsumerLog.Entry?
  /// What the requests that Hummingbird has ask for, in their order; nil for what no consumer polls.
  private var asked: [Asked?] = []

  private struct Asked {
    let set: SetName
    let agent: String
    let isFetch: Bool
  }

  init(
    _ sets: PublishedSets, _ requests: RequestMetrics, consumers: ConsumerLog? = nil,
    now: @escaping @Sendable () -> Timestamp
  ) {
    self.sets = sets
    self.requests = requests
    self.consumers = consumers
    self.now = now
  }

  /// Whether every request that was read to its end has been answered.
  var isIdle: Bool { outstanding == 0 && pending == nil }

  func handlerAdded(context: ChannelHandlerContext) {
    encoder = try? context.pipeline.syncOperations.context(handlerType: HTTPResponseEncoder.self)
    principal = context.channel.remoteAddress?.ipAddress ?? ""
  }

  func handlerRemoved(context: ChannelHandlerContext) { encoder = nil }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      pending = outstanding == 0 && context.channel.isWritable ? prepared(head) : nil
      if pending == nil {
        outstanding += 1
        if consumers != nil { asked.append(Self.asked(head)) }
        isReading = true
        context.fireChannelRead(data)
      }
    case .body:
      context.fireChannelRead(data)
    case .end:
      if let ready = pending {
        pending = nil
        write(ready)
      } else {
        isReading = false
        context.fireChannelRead(data)
      }
    }
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    if needsFlush {
      needsFlush = false
      encoder?.flush()
    }
    context.fireChannelReadComplete()
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    switch unwrapOutboundIn(data) {
    case .head(let head) where head.status.code != 100: note(head)
    case .end:
      outstanding -= 1
      if !asked.isEmpty { asked.removeFirst() }
    default: break
    }
    context.write(data, promise: promise)
  }

  /// Notes who got what from Hummingbird.
  private func note(_ head: HTTPResponseHead) {
    guard let request = asked.first, let request, head.status == .ok || head.status == .notModified,
      let number = head.headers.first(name: HTTPField.Name.posternGeneration.rawName).flatMap({ Int64($0) })
    else { return }
    note(request.set, request.agent, fetched: request.isFetch ? Generation(number) : nil)
  }

  private func note(_ set: SetName, _ agent: String, fetched: Generation?) {
    guard let consumers else { return }
    let now = now()
    let key = ConsumerLog.Key(set: set, principal: principal, agent: agent)
    let entry = consumers.entry(key, known: consumer, at: now)
    consumer = entry
    entry.touch(now, fetched: fetched)
  }

  private static func asked(_ head: HTTPRequestHead) -> Asked? {
    guard head.method == .GET, head.uri.utf8.starts(with: "/v1/sets/".utf8) else { return nil }
    let path = head.uri.prefix { $0 != "?" }
    let agent = head.headers.first(name: "user-agent")?.prefix(ConsumerLog.longestAgent) ?? ""
    switch Route(path: String(path)) {
    case .set(let set, let ending) where ending.flatMap(SideFile.split) == nil:
      return Asked(set: set, agent: String(agent), isFetch: true)
    case .changes(let set): return Asked(set: set, agent: String(agent), isFetch: true)
    case .version(let set): return Asked(set: set, agent: String(agent), isFetch: false)
    default: return nil
    }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    switch event {
    case is IdleStateHandler.IdleStateEvent:
      // A request that is complete may take its time; a client that sends nothing, or half a request, may not.
      if outstanding == 0 || isReading { context.close(promise: nil) }
    case is ChannelShouldQuiesceEvent:
      // Hummingbird closes connections that look idle to it: let what was answered here leave first.
      let promise = context.eventLoop.makePromise(of: Void.self)
      let (context, event) = (
        NIOLoopBound(context, eventLoop: context.eventLoop), NIOLoopBound(event, eventLoop: context.eventLoop)
      )
      promise.futureResult.whenComplete { _ in context.value.fireUserInboundEventTriggered(event.value) }
      encoder?.writeAndFlush(NIOAny(IOData.byteBuffer(ByteBuffer())), promise: promise) ?? promise.succeed()
    default:
      context.fireUserInboundEventTriggered(event)
    }
  }

  /// The ready answer for a plain GET or HEAD of HTTP/1.1 that keeps the connection and brings no body.
  private func prepared(_ head: HTTPRequestHead) -> Pending? {
    guard head.method == .GET || head.method == .HEAD, head.version == .http1_1,
      let answer = sets.prepared(head.uri)
    else { return nil }
    var pending = Pending(answer: answer, hasBody: head.method == .GET)
    for (name, value) in head.headers {
      // Lengths tell most names apart; the rest is compared without case.
      switch name.utf8.count {
      case 10 where name.equalsIgnoringCase("connection"):
        guard value.utf8.count == 10, value.equalsIgnoringCase("keep-alive") else { return nil }
      case 10 where name.equalsIgnoringCase("user-agent"):
        pending.agent =
          value.utf8.count > ConsumerLog.longestAgent ? String(value.prefix(ConsumerLog.longestAgent)) : value
      case 13 where name.equalsIgnoringCase("if-none-match"): pending.conditions.ifNoneMatch.append(value)
      case 14 where name.equalsIgnoringCase("content-length"): return nil
      case 15 where name.equalsIgnoringCase("accept-encoding"):
        pending.conditions.acceptEncoding.append(value)
      case 17 where name.equalsIgnoringCase("transfer-encoding"): return nil
      case 17 where name.equalsIgnoringCase("if-modified-since"): pending.conditions.ifModifiedSince = value
      case 6 where name.equalsIgnoringCase("expect"), 7 where name.equalsIgnoringCase("upgrade"): return nil
      case 8 where name.equalsIgnoringCase("if-match"): return nil
      case 19 where name.equalsIgnoringCase("if-unmodified-since"): return nil
      default: continue
      }
    }
    if !answer.isCompressedKnown, pending.conditions.acceptsGzip { return nil }
    return pending
  }

  private func write(_ ready: Pending) {
    guard let encoder else { return }
    let (variant, isNotModified) = ready.answer.choose(for: ready.conditions)
    let head = isNotModified ? variant.notModifiedHead : variant.head
    let date = dateLine()
    var buffer = encoder.channel.allocator.buffer(capacity: head.count + date.count)
    buffer.writeBytes(head)
    buffer.writeBytes(date)
    encoder.write(NIOAny(IOData.byteBuffer(buffer)), promise: nil)
    if ready.hasBody, !isNotModified { encoder.write(NIOAny(IOData.byteBuffer(variant.body)), promise: nil) }
    needsFlush = true
    requests.countPrepared(isNotModified: isNotModified)
    if ready.hasBody, ready.answer.isCounted {
      note(ready.answer.set, ready.agent, fetched: ready.answer.generation)
    }
  }

  /// The `Date` field and the empty line, made once a second.
  private func dateLine() -> [UInt8] {
    let moment = now()
    if moment.seconds != date.second {
      date = (moment.seconds, Array("date: \(HTTPDate.text(moment))\r\n\r\n".utf8))
    }
    return date.line
  }
}

extension String? {
  /// Joins another field of the same name, as RFC 9110 §5.3 allows.
  fileprivate mutating func append(_ value: String) { self = map { "\($0), \(value)" } ?? value }
}

extension String {
  fileprivate func equalsIgnoringCase(_ lowercased: StaticString) -> Bool {
    lowercased.withUTF8Buffer { word in zip(utf8, word).allSatisfy { $0 | 0x20 == $1 | 0x20 } }
  }
}
