package import Deciding
package import Publishing

import AsyncHTTPClient
import struct Crypto.SHA256
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// Asks a Postern server, bounded in time and size; follows no redirect.
package struct FollowClient: Sendable {
  /// What it needs to know.
  package struct Settings: Sendable {
    /// Where to ask, and for which set.
    package var server: FollowedServer
    package var set: SetName
    /// For `Authorization: Bearer`; read anew for each request, so that it can be replaced.
    package var token: @Sendable () -> String? = { nil }
    /// A PEM file of authorities that are trusted beside the system's.
    package var authorities: String?
    /// The signature that is asked for; nil for none.
    package var key: VerifyingKey?
    /// The most elements of a set.
    package var maxElements = 65_536
    /// How long a whole answer may take.
    package var deadline = Duration.seconds(30)
    /// How long events may be silent before the connection is held for dead.
    package var silence = Duration.seconds(90)

    package init(server: FollowedServer, set: SetName) {
      self.server = server
      self.set = set
    }
  }

  private let settings: Settings
  private let client: HTTPClient

  /// Gives a client while `body` runs.
  ///
  /// - Throws: `FollowFault.unreachable` when the authorities can't be read.
  package static func with<Value: Sendable>(
    _ settings: Settings, _ body: (FollowClient) async throws -> Value
  ) async throws -> Value {
    var tls = TLSConfiguration.makeClientConfiguration()
    if let path = settings.authorities {
      let authorities: [NIOSSLCertificate]
      do { authorities = try NIOSSLCertificate.fromPEMFile(path) } catch {
        throw FollowFault.unreachable("no certificate can be read from '\(path)'")
      }
      tls.additionalTrustRoots = [.certificates(authorities)]
    }
    var configuration = HTTPClient.Configuration(
      tlsConfiguration: tls, redirectConfiguration: .disallow,
      timeout: .init(connect: .seconds(5), read: .nanoseconds(Int64(settings.silence / .nanoseconds(1)))),
      decompression: .disabled)
    configuration.connectionPool.retryConnectionEstablishment = false
    let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    do {
      let value = try await body(FollowClient(settings: settings, client: client))
      try? await client.shutdown()
      return value
    } catch {
      try? await client.shutdown()
      throw error
    }
  }

  private init(settings: Settings, client: HTTPClient) {
    self.settings = settings
    self.client = client
  }

  /// What the server offers now.
  ///
  /// - Throws: `FollowFault`.
  package func offer() async throws(FollowFault) -> Offer {
    let answer = try await get("/version", limit: 65_536)
    guard answer.status == 200 else { throw .status(answer.status, path: "/version") }
    return try Offer(answer.body, of: settings.set)
  }

  /// The addresses of an offer, checked against every digest and the signature.
  ///
  /// - Throws: `FollowFault`.
  package func fetch(_ offer: Offer) async throws(FollowFault) -> WantedSet {
    let path = "/snapshots/\(offer.generation).txt"
    // 39 characters, a length and a line feed.
    let answer = try await get(path, limit: settings.maxElements * 44 + 1024)
    guard answer.status == 200 else { throw .status(answer.status, path: path) }
    if let field = answer.digest, field != Self.digestField(answer.body) { throw .digest(path: path) }
    if let generation = answer.generation, generation != offer.generation.description {
      throw .malformed(path)
    }
    if let key = settings.key {
      let side = try await get(path + ".minisig", limit: 4096)
      guard side.status == 200 else { throw .unsigned(side.status) }
      do throws(SignatureFault) {
        try DetachedSignature(String(decoding: side.body, as: UTF8.self)).verify(
          answer.body, with: key, of: settings.set, generation: offer.generation)
      } catch { throw .signature(error) }
    }
    let list: PlainList
    let isWhole: Bool
    do throws(PlainListError) {
      list = try PlainList(answer.body, limit: settings.maxElements)
      isWhole = try list.covers(setOf: offer.digest, limit: settings.maxElements)
    } catch { throw .list(error) }
    guard isWhole else { throw .addresses(offer.generation) }
    do {
      return try WantedSet(set: settings.set, generation: offer.generation, prefixes: list.prefixes)
    } catch { throw .list(.empty) }
  }

  /// Listens to events until the connection ends; `onNews` is called for each, and once when the stream begins.
  package func listen(_ onNews: @Sendable () -> Void) async -> FollowPlan.Outcome {
    do {
      let response = try await client.execute(
        request("/events", accept: "text/event-stream"), timeout: .seconds(30))
      guard response.status == .ok else { return Self.meaning(of: Int(response.status.code)) }
      guard response.headers.first(name: "content-type")?.hasPrefix("text/event-stream") == true else {
        return .unknown
      }
      // What happened before the stream began is asked for.
      onNews()
      var reader = EventReader()
      for try await piece in response.body {
        if try !reader.read(piece.readableBytesView).isEmpty { onNews() }
      }
      return .ended
    } catch {
      return .failed
    }
  }

  /// Waits until there is another generation than `since`, or the server has waited long enough.
  package func wait(since: Generation?, _ onNews: @Sendable () -> Void) async -> FollowPlan.Outcome {
    let start = ContinuousClock.now
    do {
      let answer = try await get(
        "/version?wait=25&since=\(since ?? Generation(0))", limit: 65_536, deadline: .seconds(60))
      if answer.status == 304 {
        // A server that knows nothing of waiting answers at once.
        return ContinuousClock.now - start > .seconds(1) ? .ended : .unknown
      }
      guard answer.status == 200 else { return Self.meaning(of: answer.status) }
      let offer = try Offer(answer.body, of: settings.set)
      if offer.generation == since, ContinuousClock.now - start < .seconds(1) { return .unknown }
      onNews()
      return .ended
    } catch {
      return .failed
    }
  }

  /// A path or a parameter that the server doesn't know is an answer about the way; anything else isn't.
  private static func meaning(of status: Int) -> FollowPlan.Outcome {
    [400, 404, 405, 406, 415, 422, 501].contains(status) ? .unknown : .failed
  }

  private struct Answer: Sendable {
    let status: Int
    let body: [UInt8]
    let digest: String?
    let generation: String?
  }

  private func request(_ path: String, accept: String) -> HTTPClientRequest {
    var request = HTTPClientRequest(url: settings.server.url(path))
    request.headers.add(name: "user-agent", value: "postern-apply")
    request.headers.add(name: "accept", value: accept)
    if let token = settings.token() { request.headers.add(name: "authorization", value: "Bearer \(token)") }
    return request
  }

  private func get(_ path: String, limit: Int, deadline: Duration? = nil) async throws(FollowFault) -> Answer
  {
    let request = request(path, accept: "*/*")
    do {
      return try await withThrowingTaskGroup(of: Answer?.self) { group in
        group.addTask { [client] in
          let response = try await client.execute(request, deadline: .distantFuture)
          var body = [UInt8]()
          for try await piece in response.body {
            guard body.count + piece.readableBytes <= limit else { throw FollowFault.tooLarge(path: path) }
            body.append(contentsOf: piece.readableBytesView)
          }
          try Task.checkCancellation()
          return Answer(
            status: Int(response.status.code), body: body,
            digest: response.headers.first(name: "repr-digest"),
            generation: response.headers.first(name: "x-postern-generation"))
        }
        group.addTask { [settings] in
          try await Task.sleep(for: deadline ?? settings.deadline)
          return nil
        }
        defer { group.cancelAll() }
        guard let answer = try await group.next() ?? nil else {
          throw FollowFault.unreachable("no answer in time")
        }
        return answer
      }
    } catch let fault as FollowFault {
      throw fault
    } catch {
      // Only the type's words: a text might hold the token or what a server sent.
      throw .unreachable(Self.reason(error))
    }
  }

  private static func reason(_ error: any Error) -> String {
    switch error {
    case let error as HTTPClientError: "\(error)".replacingOccurrences(of: "HTTPClientError.", with: "")
    case is NIOSSLError, is NIOSSLExtraError: "its certificate is not trusted, or it speaks no TLS (--ca)"
    case let error as IOError: String(cString: strerror(error.errnoCode))
    case let error as NIOConnectionError where !error.connectionErrors.isEmpty: "connection refused"
    case is NIOConnectionError: "its name can't be resolved"
    default: "the connection broke"
    }
  }

  /// RFC 9530: `sha-256=:BASE64:`.
  private static func digestField(_ body: [UInt8]) -> String {
    "sha-256=:\(Data(SHA256.hash(data: body)).base64EncodedString()):"
  }
}
