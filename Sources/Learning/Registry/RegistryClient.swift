import AsyncHTTPClient
import Deciding
import NIOCore
import NIOHTTP1
import NIOSSL

/// Sends the requests of a probe. It talks to the registry only: it follows no redirect, uses no proxy, and decompresses
/// nothing, so that a small response stays small.
///
/// `https_proxy` isn't honoured: a registry chooses the data host by where it is asked from, and a site whose machines
/// reach it directly would learn what the proxy's place is sent to.
struct RegistryClient: Sendable {
  let registry: RegistryEndpoint
  let agent: String
  let timeouts: ProbeTimeouts
  let now: @Sendable () -> Timestamp
  private let client: HTTPClient

  /// Gives a client while `body` runs.
  ///
  /// - Parameter roots: A PEM file of authorities that are trusted beside the system's.
  /// - Throws: `ConnectionFault.trustRoots`.
  static func with<Value: Sendable>(
    registry: RegistryEndpoint, agent: String, roots: String?, timeouts: ProbeTimeouts,
    now: @escaping @Sendable () -> Timestamp,
    _ body: @Sendable (RegistryClient) async -> Value
  ) async throws(ConnectionFault) -> Value {
    let configuration = try configuration(roots: roots, timeouts: timeouts)
    // One for each round: hours lie between them, and what changed meanwhile (addresses, trust roots) counts at once.
    let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    let value = await body(
      RegistryClient(registry: registry, agent: agent, timeouts: timeouts, now: now, client: client))
    // It fails only for a client that was shut down before.
    try? await client.shutdown()
    return value
  }

  /// Sends one request.
  ///
  /// - Throws: `ProbeFault.connection` or `.tooLarge`.
  func send(_ request: PullRequest) async throws(ProbeFault) -> PullResponse {
    var message = HTTPClientRequest(url: "https://\(registry.host):\(registry.port)\(request.path)")
    if registry.port == RegistryEndpoint.standardPort {
      message.url = "https://\(registry.host)\(request.path)"
    }
    message.headers.add(name: "user-agent", value: agent)
    for type in request.accept { message.headers.add(name: "accept", value: type) }
    if request.isForFirstOctet { message.headers.add(name: "range", value: "bytes=0-0") }
    do {
      return try await withDeadline { [message] in
        try await exchange(message, bodyLimit: request.bodyLimit)
      }
    } catch let fault as ProbeFault {
      throw fault
    } catch {
      throw .connection(ConnectionFault(error))
    }
  }

  private func exchange(_ message: HTTPClientRequest, bodyLimit: Int) async throws -> PullResponse {
    let response = try await client.execute(message, deadline: .distantFuture)
    var body = [UInt8]()
    if bodyLimit > 0 {
      if let length = response.headers.first(name: "content-length").flatMap(Int.init), length > bodyLimit {
        throw ProbeFault.tooLarge
      }
      for try await piece in response.body {
        guard body.count + piece.readableBytes <= bodyLimit else { throw ProbeFault.tooLarge }
        body.append(contentsOf: piece.readableBytesView)
      }
      // A cancelled body ends early without an error.
      try Task.checkCancellation()
    }
    return PullResponse(
      status: Int(response.status.code), fields: response.headers.map { ($0.name, $0.value) }, body: body,
      from: registry, at: now())
  }

  /// Bounds a whole exchange; the client's own deadline ends with the header.
  private func withDeadline(
    _ body: @escaping @Sendable () async throws -> PullResponse
  ) async throws -> PullResponse {
    try await withThrowingTaskGroup(of: PullResponse.self) { group in
      group.addTask { try await body() }
      group.addTask { [timeouts] in
        try await Task.sleep(for: timeouts.whole)
        throw ConnectionFault.timeout
      }
      defer { group.cancelAll() }
      guard let response = try await group.next() else { throw CancellationError() }
      return response
    }
  }

  /// How any request of Learning is sent: no redirect, no proxy, nothing decompressed.
  ///
  /// - Throws: `ConnectionFault.trustRoots`.
  static func configuration(
    roots: String?, timeouts: ProbeTimeouts
  ) throws(ConnectionFault) -> HTTPClient.Configuration {
    var tls = TLSConfiguration.makeClientConfiguration()
    // A server that goes on sending never says goodbye.
    tls.shutdownTimeout = .seconds(1)
    if let roots {
      guard let certificates = try? NIOSSLCertificate.fromPEMFile(roots), !certificates.isEmpty else {
        throw .trustRoots
      }
      tls.additionalTrustRoots = [.certificates(certificates)]
    }
    var configuration = HTTPClient.Configuration(
      tlsConfiguration: tls, redirectConfiguration: .disallow,
      timeout: .init(
        connect: .nanoseconds(timeouts.connect.nanoseconds), read: .nanoseconds(timeouts.read.nanoseconds)),
      decompression: .disabled)
    // Retrying hides what failed behind a timeout; the next round tries again.
    configuration.connectionPool.retryConnectionEstablishment = false
    return configuration
  }
}

extension Duration {
  fileprivate var nanoseconds: Int64 {
    components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
  }
}
