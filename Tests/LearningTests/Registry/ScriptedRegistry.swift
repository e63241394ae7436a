import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A server with TLS on loopback that answers each request with the octets that a test gives, right or wrong.
final class ScriptedRegistry: Sendable {
  /// What is done with a connection for one request.
  enum Action: Sendable {
    case send([UInt8])
    /// Sends it again and again until the client goes away.
    case repeatForever([UInt8])
    /// Sends it again and again, ten times a second.
    case drip([UInt8])
    case close
  }

  /// What a client sent.
  struct Request: Sendable {
    let path: String
    /// By lower-case name.
    let fields: [String: String]
  }

  private let state = Mutex(State())

  private struct State {
    var port = 0
    var connections = 0
    var requests = [Request]()
  }

  var port: Int { state.withLock { $0.port } }
  var connections: Int { state.withLock { $0.connections } }
  var requests: [Request] { state.withLock { $0.requests } }
  var paths: [String] { requests.map(\.path) }

  /// Serves while `body` runs.
  ///
  /// - Parameters:
  ///   - identity: Nil for a server that speaks no TLS, and answers before it is asked.
  ///   - answer: Called with each request and its number from 0 on; no actions leave the client waiting.
  static func run<Value>(
    _ identity: TestAuthority.Identity?, _ answer: @escaping @Sendable (Request, Int) -> [Action],
    _ body: (ScriptedRegistry) async throws -> Value
  ) async throws -> Value {
    let server = ScriptedRegistry()
    let context = try identity.map { identity in
      let chain = try NIOSSLCertificate.fromPEMFile(identity.certificate)
      return try NIOSSLContext(
        configuration: .makeServerConfiguration(
          certificateChain: chain.map { .certificate($0) },
          privateKey: .privateKey(try NIOSSLPrivateKey(file: identity.key, format: .pem))))
    }
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { channel in
        server.state.withLock { $0.connections += 1 }
        return channel.eventLoop.makeCompletedFuture {
          if let context {
            try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
          }
          try channel.pipeline.syncOperations.addHandler(Handler(server, answer, speaksFirst: context == nil))
        }
      }
      .bind(host: "localhost", port: 0).get()
    server.state.withLock { $0.port = channel.localAddress?.port ?? 0 }
    do {
      let value = try await body(server)
      try await channel.close()
      return value
    } catch {
      try? await channel.close()
      throw error
    }
  }

  /// A whole response.
  static func reply(_ status: Int, _ fields: [String: String] = [:], _ body: [UInt8] = []) -> [Action] {
    var head = "HTTP/1.1 \(status) X\r\nContent-Length: \(body.count)\r\n"
    for (name, value) in fields.sorted(by: { $0.key < $1.key }) { head += "\(name): \(value)\r\n" }
    return [.send(Array((head + "\r\n").utf8) + body)]
  }

  private final class Handler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let server: ScriptedRegistry
    private let answer: @Sendable (Request, Int) -> [Action]
    private let speaksFirst: Bool
    private var received = [UInt8]()

    init(
      _ server: ScriptedRegistry, _ answer: @escaping @Sendable (Request, Int) -> [Action], speaksFirst: Bool
    ) {
      self.server = server
      self.answer = answer
      self.speaksFirst = speaksFirst
    }

    func channelActive(context: ChannelHandlerContext) {
      if speaksFirst { act(.send(Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8)), context) }
      context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      received += Self.unwrapInboundIn(data).readableBytesView
      while let end = received.firstRange(of: Array("\r\n\r\n".utf8)) {
        let lines = String(decoding: received[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
        received.removeSubrange(..<end.upperBound)
        var fields = [String: String]()
        for line in lines.dropFirst() {
          let parts = line.split(separator: ":", maxSplits: 1)
          let old = fields[parts[0].lowercased()].map { $0 + ", " } ?? ""
          fields[parts[0].lowercased()] = old + parts[1].drop { $0 == " " }
        }
        let request = Request(
          path: String((lines.first ?? "").split(separator: " ").dropFirst().first ?? ""), fields: fields)
        let number = server.state.withLock {
          $0.requests.append(request)
          return $0.requests.count - 1
        }
        for action in answer(request, number) { act(action, context) }
      }
    }

    private func act(_ action: Action, _ context: ChannelHandlerContext) {
      switch action {
      case .send(let octets):
        context.writeAndFlush(Self.wrapOutboundOut(ByteBuffer(bytes: octets)), promise: nil)
      case .drip(let octets): Self.drip(ByteBuffer(bytes: octets), context.channel)
      case .close: context.close(promise: nil)
      case .repeatForever(let octets): Self.repeatForever(ByteBuffer(bytes: octets), context.channel)
      }
    }

    private static func repeatForever(_ octets: ByteBuffer, _ channel: any Channel) {
      // In a turn of its own: a write that is done at once would call this again from within itself.
      channel.writeAndFlush(octets).whenSuccess {
        channel.eventLoop.execute { repeatForever(octets, channel) }
      }
    }

    private static func drip(_ octets: ByteBuffer, _ channel: any Channel) {
      channel.writeAndFlush(octets).whenSuccess {
        channel.eventLoop.scheduleTask(in: .milliseconds(100)) { drip(octets, channel) }
      }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
  }
}
