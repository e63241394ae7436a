import Deciding
import HTTPTypes
import NIOCore
import NIOHTTP1

/// Lets a connection wait for a new generation without a task of its own and without Hummingbird's knowing.
///
/// A request that may wait goes on to the responder, which judges it as any other: who asks, for what. If it answers
/// with a `WaitOrder`, that answer stays here. An event stream is then written from here until the client goes. A long
/// poll is asked once more, with `wait=0`, when there is news or its time is over: the answer is an ordinary one.
///
/// It stands between NIO's HTTP decoder and the hot path. What a client sends behind such a request is kept back until
/// that one is answered.
final class WaitingHandler: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = HTTPServerRequestPart
  typealias OutboundIn = HTTPServerResponsePart
  typealias OutboundOut = HTTPServerResponsePart

  private enum Stage {
    /// No such request is open.
    case passing
    /// Such a request is kept back until those before it are answered.
    case queued
    /// The responder has it.
    case asked(HTTPRequestHead)
    /// The responder said to wait; the end of its answer is still to come.
    case ordered(HTTPRequestHead, WaitOrder)
    case waiting(HTTPRequestHead, WaitOrder, timeout: Scheduled<Void>)
    case streaming(SetName)
    /// The answer that the client gets is being made or written.
    case answering(HTTPRequestHead)
    case closed
  }

  private let sets: PublishedSets
  private let hotPath: HotPath
  private var stage = Stage.passing
  private var isReading = false
  private var held: [HTTPServerRequestPart] = []
  private var told = Generation(0)
  private var context: ChannelHandlerContext?
  private var floor: WaitingFloor?
  /// In front of the encoder, where bytes are written.
  private var encoder: ChannelHandlerContext?

  init(_ sets: PublishedSets, _ hotPath: HotPath) {
    self.sets = sets
    self.hotPath = hotPath
  }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    floor = sets.waiting.floor(on: context.eventLoop)
    encoder = try? context.pipeline.syncOperations.context(handlerType: HTTPResponseEncoder.self)
  }

  func handlerRemoved(context: ChannelHandlerContext) { end() }

  func channelInactive(context: ChannelHandlerContext) {
    end()
    context.fireChannelInactive()
  }

  // MARK: What the client sends

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let part = unwrapInboundIn(data)
    if case .passing = stage {
      guard case .head(let head) = part, head.method == .GET, WaitOrder.isPossible(head.uri) else {
        return context.fireChannelRead(data)
      }
      guard hotPath.isIdle else {
        stage = .queued
        return hold(part, context)
      }
      stage = .asked(head)
      isReading = true
      // Hummingbird would close once it has answered, and its answer may not be the last.
      var inner = head
      inner.headers.remove(name: "connection")
      return context.fireChannelRead(wrapInboundOut(.head(inner)))
    }
    guard isReading else { return hold(part, context) }
    if case .end = part { isReading = false }
    context.fireChannelRead(data)
    finishIfAnsweredHot()
  }

  /// What comes after a request that waits stays here; a client that sends much meanwhile is up to no good.
  private func hold(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
    if case .streaming = stage { return }
    if case .closed = stage { return }
    held.append(part)
    if held.count > 64 { context.close(promise: nil) }
  }

  /// No more is read from the socket while something is kept back; that the client goes is seen all the same.
  func read(context: ChannelHandlerContext) {
    if held.isEmpty { context.read() }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    switch stage {
    case .waiting, .streaming:
      if event is IdleStateHandler.IdleStateEvent { return }
      if event is ChannelShouldQuiesceEvent { return leave(context) }
    case .passing, .queued, .asked, .ordered, .answering, .closed: break
    }
    context.fireUserInboundEventTriggered(event)
  }

  /// The service ends: a stream just ends, and who polls is told to come back.
  private func leave(_ context: ChannelHandlerContext) {
    if case .waiting = stage { writeRefusal() }
    end()
    close()
  }

  // MARK: What the responder answers

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    switch stage {
    case .passing: context.write(data, promise: promise)
    case .queued:
      context.write(data, promise: promise)
      guard hotPath.isIdle else { return }
      stage = .passing
      release()
    case .asked(let head):
      if case .head(let response) = unwrapOutboundIn(data),
        let order = response.headers.first(name: WaitOrder.fieldName.rawName).flatMap({ WaitOrder($0) })
      {
        stage = .ordered(head, order)
        promise?.succeed()
      } else {
        stage = .answering(head)
        write(context: context, data: data, promise: promise)
      }
    case .ordered(let head, let order):
      promise?.succeed()
      if case .end = unwrapOutboundIn(data) { sit(head, order) }
    case .answering:
      let isEnd = if case .end = unwrapOutboundIn(data) { true } else { false }
      context.write(data, promise: promise)
      if isEnd { finish() }
    case .waiting, .streaming, .closed: promise?.fail(ChannelError.ioOnClosedChannel)
    }
  }

  private func finishIfAnsweredHot() {
    guard !isReading, hotPath.isIdle else { return }
    switch stage {
    case .asked, .answering: finish()
    case .passing, .queued, .ordered, .waiting, .streaming, .closed: break
    }
  }

  /// The answer is out: the connection is what it was, or ends if the client asked for that.
  private func finish() {
    let head: HTTPRequestHead
    switch stage {
    case .asked(let asked), .answering(let asked): head = asked
    case .passing, .queued, .ordered, .waiting, .streaming, .closed: return
    }
    guard head.isKeepAlive else {
      stage = .closed
      return close()
    }
    stage = .passing
    release()
  }

  private func release() {
    let parts = held
    held = []
    guard let context else { return }
    for part in parts { channelRead(context: context, data: wrapInboundOut(part)) }
    if !parts.isEmpty {
      context.fireChannelReadComplete()
      if held.isEmpty { context.read() }
    }
  }

  // MARK: Waiting

  private func sit(_ head: HTTPRequestHead, _ order: WaitOrder) {
    guard let context else { return }
    hotPath.beginWaiting()
    switch order.kind {
    case .events(let last):
      stage = .streaming(order.set)
      told = last
      guard floor?.enter(self) == true else { return refuse() }
      bound(context.channel)
      writeBytes(Self.streamHead)
    case .change(let since, let seconds):
      told = since
      let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
      let timeout = context.eventLoop.scheduleTask(in: .seconds(Int64(seconds))) { bound.value.answer() }
      stage = .waiting(head, order, timeout: timeout)
      guard floor?.enter(self) == true else {
        timeout.cancel()
        return refuse()
      }
    }
    // A generation that came between the responder's look and this moment was told to others only.
    if let notice = sets.waiting.latest(order.set) { tell(notice) }
  }

  /// A client that takes nothing keeps at most a few events here before it is dropped, and one whose machine is gone
  /// is noticed within a minute of the next heartbeat (tcp(7), TCP_USER_TIMEOUT).
  private func bound(_ channel: any Channel) {
    guard let options = channel.syncOptions else { return }
    try? options.setOption(.writeBufferWaterMark, value: .init(low: 1, high: 4096))
    try? options.setOption(
      ChannelOptions.Types.SocketOption(level: .tcp, name: .init(rawValue: 18)), value: 60_000)
  }

  /// Asks the request that waited once more, for good.
  private func answer() {
    guard case .waiting(let head, _, let timeout) = stage, let context else { return }
    timeout.cancel()
    floor?.leave(self)
    stage = .answering(head)
    var inner = head
    inner.headers.remove(name: "connection")
    inner.uri = WaitOrder.withoutWaiting(head.uri)
    context.fireChannelRead(wrapInboundOut(.head(inner)))
    context.fireChannelRead(wrapInboundOut(.end(nil)))
    context.fireChannelReadComplete()
    finishIfAnsweredHot()
  }

  private func refuse() {
    writeRefusal()
    end()
    close()
  }

  /// Stops waiting, whatever it was.
  private func end() {
    if case .waiting(_, _, let timeout) = stage { timeout.cancel() }
    floor?.leave(self)
    stage = .closed
    held = []
    context = nil
  }

  private func close() {
    guard let encoder else { return }
    let promise = encoder.eventLoop.makePromise(of: Void.self)
    let bound = NIOLoopBound(encoder, eventLoop: encoder.eventLoop)
    promise.futureResult.whenComplete { _ in bound.value.close(promise: nil) }
    encoder.writeAndFlush(NIOAny(IOData.byteBuffer(ByteBuffer())), promise: promise)
  }

  private func writeRefusal() { writeBytes(Self.refusal) }

  private func writeBytes(_ bytes: ByteBuffer) {
    hotPath.countWritten(bytes.readableBytes)
    encoder?.writeAndFlush(NIOAny(IOData.byteBuffer(bytes)), promise: nil)
  }

  /// The body ends with the connection, so it needs no chunks. nginx buffers streams unless it is told not to.
  private static let streamHead = ByteBuffer(
    string: "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncache-control: no-store\r\n"
      + "x-content-type-options: nosniff\r\nx-accel-buffering: no\r\nconnection: close\r\n\r\nretry: 2000\n\n"
  )

  private static let refusal: ByteBuffer = {
    let reason = "the service can't wait now\n"
    return ByteBuffer(
      string: "HTTP/1.1 503 Service Unavailable\r\nretry-after: 30\r\ncache-control: no-store\r\n"
        + "content-type: text/plain; charset=utf-8\r\ncontent-length: \(reason.utf8.count)\r\n"
        + "connection: close\r\n\r\n\(reason)")
  }()

  private static let heartbeat = ByteBuffer(string: ":\n\n")
}

extension WaitingHandler: Waiter {
  var awaited: SetName? {
    switch stage {
    case .waiting(_, let order, _): order.set
    case .streaming(let set): set
    case .passing, .queued, .asked, .ordered, .answering, .closed: nil
    }
  }

  func tell(_ notice: GenerationNotice) {
    guard notice.pointer.generation > told else { return }
    switch stage {
    case .streaming:
      told = notice.pointer.generation
      send(notice.event)
    case .waiting: answer()
    case .passing, .queued, .asked, .ordered, .answering, .closed: break
    }
  }

  func beat() {
    if case .streaming = stage { send(Self.heartbeat) }
  }

  private func send(_ bytes: ByteBuffer) {
    guard let context else { return }
    // What it has not read yet is more than it needs: it is gone, or reads too slowly to follow.
    guard context.channel.isWritable else {
      end()
      return context.close(promise: nil)
    }
    writeBytes(bytes)
  }
}
