package import Deciding

import Foundation

/// Where a followed set is served.
package struct FollowedServer: Hashable, Sendable {
  /// Up to the set's name, without a final slash.
  private let base: String
  /// Whether others could read along.
  package let isPlain: Bool
  /// Whether it is this machine.
  package let isLocal: Bool

  /// Reads a server's URL, or that of the set there; a path before `/v1` stays, as a proxy or a token in the path needs it.
  ///
  /// Nil for anything but `http` and `https`, and for a URL with a user, a query or a fragment.
  package init?(_ text: String, set: SetName) {
    guard let url = URLComponents(string: text), let scheme = url.scheme, ["http", "https"].contains(scheme),
      let host = url.host, !host.isEmpty, url.user == nil, url.password == nil, url.query == nil,
      url.fragment == nil
    else { return nil }
    var path = url.path
    while path.hasSuffix("/") { path.removeLast() }
    for ending in [".txt", ".json", ""] where path.hasSuffix("/v1/sets/\(set)\(ending)") {
      path.removeLast("/v1/sets/\(set)\(ending)".count)
      break
    }
    guard !path.contains("/v1/sets") else { return nil }
    var server = URLComponents()
    (server.scheme, server.host, server.port, server.path) = (scheme, host, url.port, path)
    guard let base = server.string else { return nil }
    self.base = "\(base)/v1/sets/\(set)"
    isPlain = scheme == "http"
    isLocal = ["localhost", "127.0.0.1", "::1", "[::1]"].contains(host)
  }

  /// The URL of something of the set, such as `/version`.
  package func url(_ rest: String) -> String { base + rest }
}
