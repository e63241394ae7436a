import DNS
import Deciding

/// Whether the resolvers that taps saw clients ask are asked too: what they alone answer isn't in the set otherwise.
struct ResolverFindings {
  /// An upstream, as far as it tells resolvers apart.
  struct Place: Hashable {
    let address: IPAddress
    let port: Int
  }

  /// One for each resolver that is no upstream, in the order of the sources; empty when all are.
  let all: [Finding]

  /// - Parameters:
  ///   - reports: how the sources do. A trusted tap tells what clients are given itself, so that nothing is missed.
  ///   - trusted: the labels of trusted taps.
  ///   - own: the addresses of this machine, under each of which the same resolver may answer.
  init(_ reports: [SourceReport], trusted: Set<String>, upstreams: [Place], own: Set<IPAddress>) {
    // One resolver answers on the port of DNS and on that of DNS over TLS.
    func usual(_ port: Int) -> Int { port == 853 ? 53 : port }
    func isOwn(_ address: IPAddress) -> Bool { own.contains(address) }
    func isAsked(_ place: Place) -> Bool {
      upstreams.contains {
        usual($0.port) == usual(place.port)
          && ($0.address == place.address || isOwn($0.address) && isOwn(place.address))
      }
    }
    var told = Set<Place>()
    var findings = [Finding]()
    for report in reports where !trusted.contains(report.label) {
      for resolver in report.resolvers ?? [] {
        guard let address = IPAddress(resolver.address) else { continue }
        let place = Place(address: address, port: resolver.port)
        guard !isAsked(place), told.insert(place).inserted else { continue }
        findings.append(Finding(.unwise, "source \(report.label)", Self.sentence(resolver, address)))
      }
    }
    all = findings
  }

  private static func sentence(_ resolver: SeenResolver, _ address: IPAddress) -> String {
    let endpoint =
      [53, 853].contains(resolver.port) ? "\(address)" : EndpointText.text(address, port: resolver.port)
    let called = resolver.identity.map { " (\($0))" } ?? ""
    let line = resolver.identity.map { "- { address: \"\(endpoint)\", name: \($0) }" } ?? "- \"\(endpoint)\""
    return
      "clients ask \(endpoint)\(called), which is no upstream: they may be given addresses that the set lacks. "
      + "Try: '\(line)' under upstreams, or trusted: true for this tap"
  }
}
