import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOSSL

/// Fetches a file of service tags, by its own URL or through the page that offers it.
package struct TagFetcher: Sendable {
  private let agent: String
  private let roots: String?
  private let timeouts: ProbeTimeouts
  private static let mostRequests = 8

  /// - Parameters:
  ///   - agent: what it calls itself.
  ///   - roots: a PEM file of authorities that are trusted beside the system's; nil for none.
  package init(
    agent: String, roots: String? = nil,
    timeouts: ProbeTimeouts = ProbeTimeouts(read: .seconds(30), whole: .seconds(180))
  ) {
    self.agent = agent
    self.roots = roots
    self.timeouts = timeouts
  }

  /// Gives the file's octets, unread, and where they were found. Redirects and the page's link are followed.
  ///
  /// - Throws: `TagFetchFault`.
  package func fetch(_ url: TagURL) async throws(TagFetchFault) -> (octets: [UInt8], url: TagURL) {
    let client: HTTPClient
    do throws(ConnectionFault) { client = try self.client() } catch { throw .connection(error, url) }
    let result = await outcome(url, by: client)
    // It fails only for a client that was shut down before.
    try? await client.shutdown()
    return try result.get()
  }

  private func outcome(
    _ url: TagURL, by client: HTTPClient
  ) async -> Result<(octets: [UInt8], url: TagURL), TagFetchFault> {
    do throws(TagFetchFault) {
      var (next, wasPage) = (url, false)
      for _ in 0..<Self.mostRequests {
        switch try await ask(next, by: client) {
        case .redirect(let location): next = try next.following(location)
        case .body(let octets) where TagFileReader.isPage(octets):
          // A page behind the page's link is a proxy's or a portal's.
          guard !wasPage, let link = TagPage.link(in: octets, at: next) else { throw .noLink(next) }
          (next, wasPage) = (link, true)
        case .body(let octets): return .success((octets, next))
        }
      }
      throw .tooManyRedirects
    } catch {
      return .failure(error)
    }
  }

  private enum Answer {
    case redirect(String)
    case body([UInt8])
  }

  private func ask(_ url: TagURL, by client: HTTPClient) async throws(TagFetchFault) -> Answer {
    var request = HTTPClientRequest(url: url.description)
    request.headers.add(name: "user-agent", value: agent)
    request.headers.add(name: "accept", value: "application/json, text/html")
    do {
      return try await withThrowingTaskGroup(of: Answer.self) { group in
        group.addTask { [request] in try await answer(to: request, url, by: client) }
        group.addTask { [timeouts] in
          try await Task.sleep(for: timeouts.whole)
          throw ConnectionFault.timeout
        }
        defer { group.cancelAll() }
        guard let answer = try await group.next() else { throw CancellationError() }
        return answer
      }
    } catch let fault as TagFetchFault {
      throw fault
    } catch {
      throw .connection(ConnectionFault(error), url)
    }
  }

  private func answer(
    to request: HTTPClientRequest, _ url: TagURL, by client: HTTPClient
  ) async throws -> Answer {
    let response = try await client.execute(request, deadline: .distantFuture)
    let status = Int(response.status.code)
    if [301, 302, 303, 307, 308].contains(status), let location = response.headers.first(name: "location") {
      return .redirect(location)
    }
    guard status == 200 else { throw TagFetchFault.status(status, url) }
    let most = TagFileReader.mostOctets
    var body = [UInt8]()
    for try await piece in response.body {
      guard body.count + piece.readableBytes <= most else { throw TagFetchFault.tooLarge(most: most) }
      body.append(contentsOf: piece.readableBytesView)
    }
    // A cancelled body ends early without an error.
    try Task.checkCancellation()
    return .body(body)
  }

  private func client() throws(ConnectionFault) -> HTTPClient {
    HTTPClient(
      eventLoopGroupProvider: .singleton,
      configuration: try RegistryClient.configuration(roots: roots, timeouts: timeouts))
  }
}
