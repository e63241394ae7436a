import HTTPTypes
import NIOCore
import NIOHTTP1
import Publishing

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
  private var pending: (answer: PreparedAnswer, conditions: ConditionalRequest, hasBody: Bool)?
  private var needsFlush = false
  private var date: (second: Int64, line: [UInt8]) = (.min, [])

  init(_ sets: PublishedSets, _ requests: RequestMetrics, now: @escaping @Sendable () -> Timestamp) {
    self.sets = sets
    self.requests = requests
    self.now = now
  }

  func handlerAdded(context: ChannelHandlerContext) {
    encoder = try? context.pipeline.syncOperations.context(handlerType: HTTPResponseEncoder.self)
  }

  func handlerRemoved(context: ChannelHandlerContext) { encoder = nil }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      pending = outstanding == 0 && context.channel.isWritable ? prepared(head) : nil
      if pending == nil {
        outstanding += 1
        isReading = true
        context.fireChannelRead(data)
      }
    case .body:
      context.fireChannelRead(data)
    case .end:
      if let (answer, conditions, hasBody) = pending {
        pending = nil
        write(answer, conditions, hasBody: hasBody)
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
    if case .end = unwrapOutboundIn(data) { outstanding -= 1 }
    context.write(data, promise: promise)
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
  private func prepared(
    _ head: HTTPRequestHead
  ) -> (answer: PreparedAnswer, conditions: ConditionalRequest, hasBody: Bool)? {
    guard head.method == .GET || head.method == .HEAD, head.version == .http1_1,
      let answer = sets.prepared(head.uri)
    else { return nil }
    var conditions = ConditionalRequest()
    for (name, value) in head.headers {
      // Lengths tell most names apart; the rest is compared without case.
      switch name.utf8.count {
      case 10 where name.equalsIgnoringCase("connection"):
        guard value.utf8.count == 10, value.equalsIgnoringCase("keep-alive") else { return nil }
      case 13 where name.equalsIgnoringCase("if-none-match"): conditions.ifNoneMatch.append(value)
      case 14 where name.equalsIgnoringCase("content-length"): return nil
      case 15 where name.equalsIgnoringCase("accept-encoding"): conditions.acceptEncoding.append(value)
      case 17 where name.equalsIgnoringCase("transfer-encoding"): return nil
      case 17 where name.equalsIgnoringCase("if-modified-since"): conditions.ifModifiedSince = value
      case 6 where name.equalsIgnoringCase("expect"), 7 where name.equalsIgnoringCase("upgrade"): return nil
      default: continue
      }
    }
    if !answer.isCompressedKnown, conditions.acceptsGzip { return nil }
    return (answer, conditions, head.method == .GET)
  }

  private func write(_ answer: PreparedAnswer, _ conditions: ConditionalRequest, hasBody: Bool) {
    guard let encoder else { return }
    let (variant, isNotModified) = answer.choose(for: conditions)
    let head = isNotModified ? variant.notModifiedHead : variant.head
    let date = dateLine()
    var buffer = encoder.channel.allocator.buffer(capacity: head.count + date.count)
    buffer.writeBytes(head)
    buffer.writeBytes(date)
    encoder.write(NIOAny(IOData.byteBuffer(buffer)), promise: nil)
    if hasBody, !isNotModified { encoder.write(NIOAny(IOData.byteBuffer(variant.body)), promise: nil) }
    needsFlush = true
    requests.countPrepared(isNotModified: isNotModified)
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
