import DNS
import Deciding

/// Whether the resolvers that sources saw clients ask are asked too: what they alone answer isn't in the set otherwise.
struct ResolverFindings {
  /// One for each resolver that is no upstream, in the order of the sources; empty when all are.
  let all: [Finding]

  /// - Parameters:
  ///   - reports: how the sources do. A trusted tap tells what clients are given itself, so that nothing is missed.
  ///   - silent: the labels of trusted taps, and of sources whose resolver the configuration tells.
  init(_ reports: [SourceReport], silent: Set<String>, upstreams: ResolverPlaces) {
    var told = Set<ResolverPlaces.Place>()
    var findings = [Finding]()
    for report in reports where !silent.contains(report.label) {
      for resolver in report.resolvers ?? [] {
        guard let address = IPAddress(resolver.address) else { continue }
        let place = ResolverPlaces.Place(address: address, port: resolver.port)
        guard !upstreams.contains(place), told.insert(place).inserted else { continue }
        findings.append(
          Finding(
            .unwise, "source \(report.label)",
            Self.sentence(resolver, address, isTap: report.kind == "dnstap")))
      }
    }
    all = findings
  }

  private static func sentence(_ resolver: SeenResolver, _ address: IPAddress, isTap: Bool) -> String {
    let endpoint =
      [53, 853].contains(resolver.port) ? "\(address)" : EndpointText.text(address, port: resolver.port)
    let called = resolver.identity.map { " (\($0))" } ?? ""
    let line = resolver.identity.map { "- { address: \"\(endpoint)\", name: \($0) }" } ?? "- \"\(endpoint)\""
    return
      "clients ask \(endpoint)\(called), which is no upstream: they may be given addresses that the set lacks. "
      + "Try: '\(line)' under upstreams" + (isTap ? ", or trusted: true for this tap" : "")
  }
}
