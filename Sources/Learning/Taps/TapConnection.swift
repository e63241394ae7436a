import NIOCore

/// One connection of a tap: reads frames on the listener's event loop, and answers the handshake.
final class TapConnection: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let hub: TapHub
  private let handshakeLimit: TimeAmount
  private var stream = FrameStream()
  private var deadline: Scheduled<Void>?
  /// Whether there was room for it.
  private var isAdmitted = false
  private var isRunning = false

  init(_ hub: TapHub, handshakeLimit: TimeAmount) {
    self.hub = hub
    self.handshakeLimit = handshakeLimit
  }

  func channelActive(context: ChannelHandlerContext) {
    isAdmitted = hub.admit()
    guard isAdmitted else { return context.close(promise: nil) }
    deadline = context.eventLoop.assumeIsolated().scheduleTask(in: handshakeLimit) { [self] in
      hub.refuse("handshakeTimeout", "a connection that sent no START in time")
      isAdmitted = false
      context.close(promise: nil)
    }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard isAdmitted else { return }
    do {
      try unwrapInboundIn(data).withUnsafeReadableBytes { try hub.read($0, of: &stream) }
    } catch {
      // Counted with its reason; the other side has lost its place in the stream for good.
      isAdmitted = false
      leave()
      context.close(promise: nil)
      return
    }
    let replies = stream.takeReplies()
    if !replies.isEmpty {
      context.writeAndFlush(wrapOutboundOut(context.channel.allocator.buffer(bytes: replies)), promise: nil)
    }
    // A short stream may be over already.
    if [.running, .stopped].contains(stream.stage), !isRunning {
      isRunning = true
      deadline?.cancel()
      hub.noteStart()
    }
    // What was written goes out first.
    if stream.stage == .stopped { context.close(promise: nil) }
  }

  func channelInactive(context: ChannelHandlerContext) {
    if isAdmitted, stream.isTorn { hub.refuse("torn", "a connection that ended within a frame") }
    leave()
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    // A reset, or FINISH to one who didn't wait for it; what came before it was read.
    context.close(promise: nil)
  }

  private var hasLeft = false

  private func leave() {
    deadline?.cancel()
    if !hasLeft { hub.noteEnd(wasAdmitted: deadline != nil, wasRunning: isRunning) }
    hasLeft = true
  }
}
