import DNS
import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOSSL
import NIOTLS
import Publishing

import struct Deciding.Generation
import struct Deciding.SetName
import struct Deciding.Timestamp

/// Answers what is prepared on the event loop itself, as bytes that were serialised beforehand; everything else,
/// refusals among it, goes on to Hummingbird.
///
/// Hummingbird moves each request to Swift's thread pool and back, which costs more than a "not modified" itself:
/// `scripts/bench` compares both with nginx. It sits behind NIO's HTTP decoder, so there is one parser and one
/// understanding of where a request ends.
final class HotPath: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = HTTPServerRequestPart
  typealias OutboundIn = HTTPServerResponsePart
  typealias OutboundOut = HTTPServerResponsePart

  private let door: Door
  private let peer: Peer
  private var patience: Patience
  private var timer: Scheduled<Void>?
  /// In front of the encoder, where bytes are written.
  private var encoder: ChannelHandlerContext?
  /// Requests that Hummingbird has and has not answered: until it has, answering here would come out of turn.
  private var outstanding = 0
  /// Whether the end of the last request that went on to Hummingbird has been read.
  private var isReading = false
  /// Whether the connection was told that it ends.
  private var isRefused = false
  private var pending: Pending?
  private var needsFlush = false
  private var date: (second: Int64, line: [UInt8]) = (.min, [])
  /// Octets of answers that were written here, by Hummingbird or past both.
  private var written = 0
  /// Who asked last, as long as the same credentials come.
  private var known: Known?
  /// The consumer of the last request: on a kept connection it is that of the next.
  private var consumer: ConsumerLog.Entry?
  /// What the requests that Hummingbird has ask for, in their order; nil for what no consumer polls.
  private var asked: [Asked?] = []

  private struct Pending {
    let answer: PreparedAnswer
    let variant: PreparedAnswer.Variant
    let isNotModified: Bool
    let hasBody: Bool
    let agent: String
  }

  private struct Known {
    let credentials: Credentials
    let revision: Int
    let callers: Callers
    let allowance: Allowance?
  }

  private struct Asked {
    let set: SetName
    let agent: String
    let isFetch: Bool
  }

  init(_ door: Door, _ peer: Peer) {
    self.door = door
    self.peer = peer
    patience = Patience(door.limits, now: .now())
  }

  /// Whether every request that was read to its end has been answered.
  var isIdle: Bool { outstanding == 0 && pending == nil }

  /// The client has said all that it has to, for as long as the service likes: only that it takes what it is sent is
  /// expected of it.
  func beginWaiting() { patience.wait(for: .answer, now: .now()) }

  /// Counts octets of an answer that was written past here.
  func countWritten(_ octets: Int) { written += octets }

  func handlerAdded(context: ChannelHandlerContext) {
    encoder = try? context.pipeline.syncOperations.context(handlerType: HTTPResponseEncoder.self)
    watch(context)
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    encoder = nil
    timer?.cancel()
  }

  func channelInactive(context: ChannelHandlerContext) {
    timer?.cancel()
    context.fireChannelInactive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      pending = outstanding == 0 && context.channel.isWritable ? prepared(head) : nil
      if pending == nil {
        outstanding += 1
        if door.site.consumers != nil { asked.append(asked(head)) }
        isReading = true
        patience.wait(for: .body, now: .now())
        context.fireChannelRead(data)
      }
    case .body:
      context.fireChannelRead(data)
    case .end:
      if let pending {
        self.pending = nil
        write(pending)
        patience.wait(for: .nextHeader, now: .now())
      } else {
        isReading = false
        patience.wait(for: outstanding == 0 ? .nextHeader : .answer, now: .now())
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
    case .head(let head): if head.status.code != 100 { note(head) }
    case .body(.byteBuffer(let buffer)): written += buffer.readableBytes
    case .body: break
    case .end:
      outstanding -= 1
      if !asked.isEmpty { asked.removeFirst() }
      if outstanding == 0, !isReading { patience.wait(for: .nextHeader, now: .now()) }
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
    guard let consumers = door.site.consumers else { return }
    let now = door.site.now()
    // A token's or certificate's name, else the address.
    let principal = known?.callers.name ?? peer.address?.description ?? ""
    let key = ConsumerLog.Key(set: set, principal: principal, agent: agent)
    let entry = consumers.entry(key, known: consumer, at: now)
    consumer = entry
    entry.touch(now, fetched: fetched)
  }

  private func asked(_ head: HTTPRequestHead) -> Asked? {
    var credentials = Credentials()
    credentials.authorization = head.headers.first(name: "authorization")
    credentials.token = head.headers.first(name: door.site.access.tokenField)
    var uri = head.uri
    if let (token, rest) = Credentials.splitPath(uri) { (credentials.pathToken, uri) = (token, rest) }
    guard head.method == .GET, uri.utf8.starts(with: "/v1/sets/".utf8) else { return nil }
    _ = recognise(credentials)
    let path = uri.prefix { $0 != "?" }
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
    case TLSUserEvent.handshakeCompleted as TLSUserEvent:
      let handler = try? context.pipeline.syncOperations.handler(type: NIOSSLServerHandler.self)
      if let certificate = handler?.peerCertificate { peer.certificateNames = certificate.clientNames }
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

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if isRefused { return }
    switch error {
    case HTTPParserError.headerOverflow:
      door.refusals.count(.headerSize)
      // Hummingbird would say 400, from which nobody learns what to change (RFC 6585 §5).
      guard outstanding == 0, let encoder else { break }
      let answer =
        "HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
      isRefused = true
      let channel = context.channel
      let promise = context.eventLoop.makePromise(of: Void.self)
      promise.futureResult.whenComplete { _ in channel.close(promise: nil) }
      encoder.writeAndFlush(NIOAny(IOData.byteBuffer(ByteBuffer(string: answer))), promise: promise)
      return
    case is HTTPParserError: door.refusals.count(.malformed)
    case is NIOSSLError, is BoringSSLError:
      if patience.waiting == .firstHeader { door.refusals.count(.handshake) }
      context.close(promise: nil)
    default: break
    }
    context.fireErrorCaught(error)
  }

  // MARK: What takes too long

  /// Looks again and again whether the client takes too long. One timer for each connection, and nothing of it for
  /// each request but a look at the clock.
  private func watch(_ context: ChannelHandlerContext) {
    let loop = context.eventLoop.assumeIsolated()
    timer = loop.scheduleTask(in: patience.pause) {
      guard context.channel.isActive || self.patience.waiting == .firstHeader else { return }
      if let reason = self.patience.verdict(taken: self.taken(context), now: .now()) {
        self.door.refusals.count(reason)
        context.close(promise: nil)
      } else {
        self.watch(context)
      }
    }
  }

  /// How much the client has taken while something waits for it.
  private func taken(_ context: ChannelHandlerContext) -> Int? {
    let waiting = try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)
    guard let waiting, waiting > 0 else { return nil }
    return written - waiting
  }

  // MARK: Answering

  /// The ready answer for a plain GET or HEAD of HTTP/1.1 that keeps the connection and brings no body, from somebody
  /// who may have it now.
  private func prepared(_ head: HTTPRequestHead) -> Pending? {
    guard head.method == .GET || head.method == .HEAD, head.version == .http1_1 else { return nil }
    var credentials = Credentials()
    var uri = head.uri
    if let (token, rest) = Credentials.splitPath(uri) { (credentials.pathToken, uri) = (token, rest) }
    guard let answer = door.site.sets.prepared(uri) else { return nil }
    let tokenField = door.site.access.tokenField
    var conditions = ConditionalRequest()
    var agent = ""
    for (name, value) in head.headers {
      // Lengths tell most names apart; the rest is compared without case.
      switch name.utf8.count {
      case 10 where name.equalsIgnoringCase("connection"):
        guard value.utf8.count == 10, value.equalsIgnoringCase("keep-alive") else { return nil }
      case 10 where name.equalsIgnoringCase("user-agent"):
        agent =
          value.utf8.count > ConsumerLog.longestAgent ? String(value.prefix(ConsumerLog.longestAgent)) : value
      case 13 where name.equalsIgnoringCase("if-none-match"): conditions.ifNoneMatch.append(value)
      case 13 where name.equalsIgnoringCase("authorization"):
        guard credentials.authorization == nil else { return nil }
        credentials.authorization = value
      case 14 where name.equalsIgnoringCase("content-length"): return nil
      case 15 where name.equalsIgnoringCase("accept-encoding"):
        conditions.acceptEncoding.append(value)
      case 17 where name.equalsIgnoringCase("transfer-encoding"): return nil
      case 17 where name.equalsIgnoringCase("if-modified-since"): conditions.ifModifiedSince = value
      case 6 where name.equalsIgnoringCase("expect"), 7 where name.equalsIgnoringCase("upgrade"): return nil
      case 8 where name.equalsIgnoringCase("if-match"): return nil
      case 19 where name.equalsIgnoringCase("if-unmodified-since"): return nil
      case tokenField.utf8.count where name.lowercased() == tokenField:
        guard credentials.token == nil else { return nil }
        credentials.token = value
      default: continue
      }
    }
    if !answer.isCompressedKnown, conditions.acceptsGzip { return nil }
    let known = recognise(credentials)
    guard !known.callers.isMistaken, door.mayRead(answer.set, known.callers) else { return nil }
    let (variant, isNotModified) = answer.choose(for: conditions)
    // Without allowance Hummingbird's side refuses; it finds the same bucket empty.
    if !isNotModified, let allowance = known.allowance, allowance.take() != nil { return nil }
    return Pending(
      answer: answer, variant: variant, isNotModified: isNotModified, hasBody: head.method == .GET,
      agent: agent)
  }

  /// Who asks: found once for a connection, since it sends the same credentials with every request. Comparing them
  /// with what the same client sent before tells it nothing about anybody's secret.
  private func recognise(_ credentials: Credentials) -> Known {
    let revision = door.site.access.revision
    if let known, known.revision == revision, known.credentials == credentials { return known }
    let callers = door.gate.callers(credentials, peer, isCounting: false)
    let found = Known(
      credentials: credentials, revision: revision, callers: callers,
      allowance: door.allowances.allowance(for: callers, peer))
    known = found
    // Another principal is another consumer.
    consumer = nil
    return found
  }

  private func write(_ pending: Pending) {
    guard let encoder else { return }
    let (variant, isNotModified) = (pending.variant, pending.isNotModified)
    let head = isNotModified ? variant.notModifiedHead : variant.head
    let date = dateLine()
    var buffer = encoder.channel.allocator.buffer(capacity: head.count + date.count)
    buffer.writeBytes(head)
    buffer.writeBytes(date)
    written += buffer.readableBytes
    encoder.write(NIOAny(IOData.byteBuffer(buffer)), promise: nil)
    if pending.hasBody, !isNotModified {
      written += variant.body.readableBytes
      encoder.write(NIOAny(IOData.byteBuffer(variant.body)), promise: nil)
    }
    needsFlush = true
    door.requests.countPrepared(isNotModified: isNotModified)
    if pending.hasBody, pending.answer.isCounted {
      note(pending.answer.set, pending.agent, fetched: pending.answer.generation)
    }
  }

  /// The `Date` field and the empty line, made once a second.
  private func dateLine() -> [UInt8] {
    let moment = door.site.now()
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
