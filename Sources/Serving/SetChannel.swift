import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1

/// Hummingbird's HTTP/1 channel with the hot path behind its decoder.
struct SetChannel: ServerChildChannel, HTTPChannelHandler {
  typealias Value = HTTP1Channel.Value

  let base: HTTP1Channel
  let idleTimeout: TimeAmount
  let hotPath: @Sendable () -> HotPath
  let waiting: @Sendable (HotPath) -> WaitingHandler

  var responder: HTTPChannelHandler.Responder { base.responder }

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
    // The timeout counts octets of the connection, since Hummingbird's own sees only the requests that reach it.
    do {
      try channel.pipeline.syncOperations.addHandler(IdleStateHandler(allTimeout: idleTimeout))
    } catch {
      return channel.eventLoop.makeFailedFuture(error)
    }
    return base.setup(channel: channel, logger: logger).flatMapThrowing { value in
      let pipeline = value.channel.pipeline.syncOperations
      let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
      let hotPath = hotPath()
      try pipeline.addHandlers([waiting(hotPath), hotPath], position: .after(decoder))
      return value
    }
  }

  func handle(value: Value, logger: Logger) async { await handleHTTP(asyncChannel: value, logger: logger) }
}
