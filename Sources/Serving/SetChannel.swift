import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOSSL

/// Hummingbird's HTTP/1 channel with the hot path behind its decoder, and TLS before it.
struct SetChannel: ServerChildChannel, HTTPChannelHandler {
  /// A connection and who is at its other end.
  struct Value: ServerChildChannelValue {
    let base: HTTP1Channel.Value
    let peer: Peer
    var channel: any Channel { base.channel }
  }

  let base: HTTP1Channel
  let door: Door
  /// Nil for plain HTTP.
  let identity: TLSIdentity?
  let waiting: @Sendable (HotPath) -> WaitingHandler

  var responder: HTTPChannelHandler.Responder { base.responder }

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
    let peer = Peer(channel.remoteAddress)
    do throws(ConnectionBook.Refusal) { try door.connections.enter(peer) } catch {
      door.refusals.count(error == .connections ? .connections : .connectionsPerAddress)
      channel.close(promise: nil)
      return channel.eventLoop.makeFailedFuture(error)
    }
    channel.closeFuture.whenComplete { [door] _ in door.connections.leave(peer) }
    do {
      if let identity {
        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: identity.context))
      }
    } catch {
      return channel.eventLoop.makeFailedFuture(error)
    }
    return base.setup(channel: channel, logger: logger).flatMapThrowing { [door] value in
      let pipeline = value.channel.pipeline.syncOperations
      let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
      let hotPath = HotPath(door, peer)
      try pipeline.addHandlers([waiting(hotPath), hotPath], position: .after(decoder))
      return Value(base: value, peer: peer)
    }
  }

  func handle(value: Value, logger: Logger) async {
    await Peer.$current.withValue(value.peer) { await handleHTTP(asyncChannel: value.base, logger: logger) }
  }
}
