package import DNS

/// One request of a probe and what came of it, for a person to read. No text of a response is in it except names that
/// were checked.
package struct ProbeStep: Sendable, Hashable, CustomStringConvertible {
  /// What was to be pulled.
  package let repository: RegistryRepository
  /// Such as `GET /v2/hello-world/manifests/latest`; empty when nothing was sent.
  package let request: String
  /// Nil when no response came.
  package let status: Int?
  /// What it led to; nil when it failed.
  package let outcome: ProbeOutcome?
  /// Why it led nowhere; nil when it did.
  package let fault: ProbeFault?
  /// What can be shown of a place that is not believed: scheme and host.
  package let sample: String?
  /// A host that clients are sent to.
  package let find: PullFind?

  /// One line: `hello-world: GET /v2/hello-world/manifests/latest: 200, index, 9 manifests`.
  package var description: String {
    let place = sample.map { $0.isEmpty ? "" : ": \($0)" } ?? ""
    let parts = [status.map { "\($0)" }, outcome?.description, fault.map { "\($0)\(place)" }]
    let found = find.flatMap { fault == nil || $0.way == .redirect ? nil : "\($0)" }
    let told = (parts + [found]).compactMap { $0 }.joined(separator: ", ")
    return "\(repository): \(request.isEmpty ? "" : "\(request): ")\(told)"
  }
}

/// What a response led to.
package enum ProbeOutcome: Sendable, Hashable, CustomStringConvertible {
  /// A list with this many manifests.
  case index(manifests: Int)
  /// A manifest, of which this many blobs are asked for.
  case manifest(blobs: Int)
  /// The tag was gone; this one is asked for instead.
  case tag(String)
  /// The data is at this host.
  case redirected(to: DomainName)
  /// The registry gives the data itself.
  case direct

  package var description: String {
    switch self {
    case .index(let count): "index, \(count) manifests"
    case .manifest(let count): "manifest, \(count) blobs to ask for"
    case .tag(let tag): "takes tag \(tag) instead"
    case .redirected(let host): "data is at \(host)"
    case .direct: "the registry gives the data itself"
    }
  }
}
