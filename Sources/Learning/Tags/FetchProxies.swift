import Deciding
import DNS
import Foundation

/// A proxy that opens connections for us: `CONNECT` over plain HTTP.
package struct FetchProxy: Sendable, Hashable, CustomStringConvertible {
  /// A name or an address, without brackets.
  package let host: String
  /// Where it listens.
  package let port: Int
  /// Who asks, for proxies that want to know; never shown.
  let login: Login?

  struct Login: Sendable, Hashable {
    let user: String
    let password: String
  }

  /// `http://proxy.example:3128`, without the login.
  package var description: String { "http://\(host.contains(":") ? "[\(host)]" : host):\(port)" }
}

/// Through which proxy a URL is fetched: `https_proxy` and `no_proxy` of the environment, in lower or upper case.
package struct FetchProxies: Sendable, Hashable {
  private let proxy: FetchProxy?
  private let direct: [String]

  /// Without proxies.
  package init() { (proxy, direct) = (nil, []) }

  /// - Throws: `TagFetchFault.proxySetting` for what is no proxy that can be used.
  package init(environment: [String: String]) throws(TagFetchFault) {
    func value(_ name: String) -> String { environment[name] ?? environment[name.uppercased()] ?? "" }
    let place = value("https_proxy")
    proxy = place.isEmpty ? nil : try Self.proxy(place)
    direct = value("no_proxy").split { $0 == "," || $0 == " " }.map { $0.lowercased() }
  }

  /// The proxy for a URL; nil when it is reached directly, as whatever isn't https.
  package func proxy(for url: TagURL) -> FetchProxy? {
    guard let proxy, url.isProtected else { return nil }
    return direct.contains { Self.covers($0, url.host) } ? nil : proxy
  }

  /// `*`, a name with all below it, an address, or a prefix.
  private static func covers(_ entry: String, _ host: String) -> Bool {
    if entry == "*" { return true }
    if let address = IPAddress(host) {
      let text = entry.hasPrefix("[") && entry.hasSuffix("]") ? String(entry.dropFirst().dropLast()) : entry
      return IPPrefix(text)?.contains(address) == true
    }
    let name =
      entry.hasPrefix("*.") ? entry.dropFirst(2) : entry.hasPrefix(".") ? entry.dropFirst() : entry[...]
    return !name.isEmpty && (host == name || host.hasSuffix("." + name))
  }

  private static func proxy(_ text: String) throws(TagFetchFault) -> FetchProxy {
    var rest = text[...]
    if let mark = text.firstRange(of: "://") {
      guard text[..<mark.lowerBound].lowercased() == "http" else {
        throw .proxySetting("only proxies that are spoken to in plain http can be used")
      }
      rest = text[mark.upperBound...]
    }
    if rest.hasSuffix("/") { rest = rest.dropLast() }
    var login: FetchProxy.Login?
    if let sign = rest.lastIndex(of: "@") {
      let parts = rest[..<sign].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        .map { String($0).removingPercentEncoding ?? String($0) }
      login = FetchProxy.Login(user: parts[0], password: parts.count > 1 ? parts[1] : "")
      rest = rest[rest.index(after: sign)...]
    }
    guard let colon = rest.lastIndex(of: ":"), let port = HostText.port(rest[rest.index(after: colon)...])
    else {
      throw .proxySetting("it has no port")
    }
    let host = rest[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]"), IPAddress(host.dropFirst().dropLast()) != nil {
      return FetchProxy(host: String(host.dropFirst().dropLast()), port: Int(port), login: login)
    }
    guard let name = try? DomainName(host), name.isHostname else {
      throw .proxySetting("its host can't be read")
    }
    return FetchProxy(host: String(host), port: Int(port), login: login)
  }
}
