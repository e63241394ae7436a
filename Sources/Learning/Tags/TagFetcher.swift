import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOSSL

/// Fetches a file of service tags, by its own URL or through the page that offers it.
package struct TagFetcher: Sendable {
  private let agent: String
  private let roots: String?
  private let proxies: FetchProxies
  private let timeouts: ProbeTimeouts
  private static let mostRequests = 8

  /// - Parameters:
  ///   - agent: what it calls itself.
  ///   - roots: a PEM file of authorities that are trusted beside the system's; nil for none.
  ///   - proxies: through which hosts are reached.
  package init(
    agent: String, roots: String? = nil, proxies: FetchProxies = FetchProxies(),
    timeouts: ProbeTimeouts = ProbeTimeouts(read: .seconds(30), whole: .seconds(180))
  ) {
    self.agent = agent
    self.roots = roots
    self.proxies = proxies
    self.timeouts = timeouts
  }

  /// Gives the file's octets, unread, and where they were found. Redirects and the page's link are followed.
  ///
  /// - Throws: `TagFetchFault`.
  package func fetch(_ url: TagURL) async throws(TagFetchFault) -> (octets: [UInt8], url: TagURL) {
    var (next, wasPage) = (url, false)
    for _ in 0..<Self.mostRequests {
      switch try await ask(next) {
      case .redirect(let location): next = try next.following(location)
      case .body(let octets) where TagFileReader.isPage(octets):
        // A page behind the page's link is a proxy's or a portal's.
        guard !wasPage, let link = TagPage.link(in: octets, at: next) else { throw .noLink(next) }
        (next, wasPage) = (link, true)
      case .body(let octets): return (octets, next)
      }
    }
    throw .tooManyRedirects
  }

  private enum Answer {
    case redirect(String)
    case body([UInt8])
  }

  /// Sends one request, with a client of its own: hosts differ in the proxy through which they are reached.
  private func ask(_ url: TagURL) async throws(TagFetchFault) -> Answer {
    let proxy = proxies.proxy(for: url)
    let client: HTTPClient
    do throws(ConnectionFault) { client = try self.client(through: proxy) } catch {
      throw .connection(error, url)
    }
    let result: Result<Answer, TagFetchFault>
    do throws(TagFetchFault) { result = .success(try await ask(url, by: client, through: proxy)) } catch {
      result = .failure(error)
    }
    // It fails only for a client that was shut down before.
    try? await client.shutdown()
    return try result.get()
  }

  private func ask(
    _ url: TagURL, by client: HTTPClient, through proxy: FetchProxy?
  ) async throws(TagFetchFault) -> Answer {
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
      if let proxy, let error = error as? HTTPClientError {
        if error == .proxyAuthenticationRequired { throw .proxyLogin(proxy) }
        if error == .invalidProxyResponse { throw .proxyRefused(proxy, url) }
      }
      throw .connection(ConnectionFault(error), url, through: proxy)
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

  private func client(through proxy: FetchProxy?) throws(ConnectionFault) -> HTTPClient {
    var configuration = try RegistryClient.configuration(roots: roots, timeouts: timeouts)
    configuration.proxy = proxy.map { proxy in
      .server(
        host: proxy.host, port: proxy.port,
        authorization: proxy.login.map { .basic(username: $0.user, password: $0.password) })
    }
    return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }
}
