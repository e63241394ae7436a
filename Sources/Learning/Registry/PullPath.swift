/// The way of an anonymous pull to the host of an image's data, for one repository: manifest, its child if it is an
/// index, its blobs, of which only the redirect matters. It decides; somebody else sends what `request` says and tells
/// the response.
package struct PullPath: Sendable {
  /// The most requests for one repository in one round.
  package static let mostRequests = 8

  private let repository: RegistryRepository
  private let registry: RegistryEndpoint
  private let asksLayer: Bool
  private var stage: Stage?
  private var blobs = [ContentDigest]()
  private var requests = 0

  /// What was asked and what came of it, in order.
  package private(set) var steps = [ProbeStep]()

  private enum Stage {
    case tag(String, isListed: Bool)
    case tags(besides: String)
    case manifest(ContentDigest)
    case blob(ContentDigest)
  }

  /// - Parameter asksLayer: Whether to ask for the smallest layer beside the configuration: a registry may keep them
  ///   at different hosts.
  package init(_ repository: RegistryRepository, at registry: RegistryEndpoint, asksLayer: Bool = true) {
    self.repository = repository
    self.registry = registry
    self.asksLayer = asksLayer
    stage = .tag(repository.tag ?? "latest", isListed: false)
  }

  /// What to send next; nil at the end.
  package var request: PullRequest? {
    switch stage {
    case .tag(let tag, _): .manifest(tag, of: repository)
    case .tags: .tags(of: repository)
    case .manifest(let digest): .manifest(digest.text, of: repository)
    case .blob(let digest): .blob(digest, of: repository)
    case nil: nil
    }
  }

  /// The last thing that went wrong; nil when nothing did.
  package var fault: ProbeFault? { steps.last { $0.fault != nil }?.fault }

  /// Takes the response to `request`.
  package mutating func receive(_ response: PullResponse) {
    guard let stage else { return }
    switch (response.status, stage) {
    case (401, _):
      refuse(.needsToken, response, find: tokenHost(of: response), sample: response.tokenRealm?.sample)
    case (403, _): refuse(.forbidden, response)
    case (404, .tag(let tag, isListed: false)):
      note(response, fault: .notFound)
      advance(to: .tags(besides: tag))
    case (404, _): refuse(.notFound, response)
    case (429, _), (503, _): refuse(.throttled(response.retryAfter), response)
    case (200, .tag), (200, .manifest): readManifest(response, stage)
    case (200, .tags(let gone)): readTags(response, besides: gone)
    case (200, .blob), (206, .blob): readBlob(response)
    case (301...303, .blob), (307...308, .blob): readRedirect(response)
    case (301...303, _), (307...308, _): refuse(.manifestRedirected, response)
    default: refuse(.status(response.status), response)
    }
  }

  /// Takes that `request` brought no response.
  package mutating func fail(_ fault: ProbeFault) {
    guard stage != nil else { return }
    refuse(fault, nil)
  }

  private mutating func readManifest(_ response: PullResponse, _ stage: Stage) {
    let isOld = RegistryManifest.oldMediaTypes.contains(response.contentType ?? "")
    guard isOld || RegistryManifest.mediaTypes.contains(response.contentType ?? "") else {
      return refuse(.notManifest, response)
    }
    let digest = ContentDigest(of: response.body)
    // The digest of a signed schema 1 manifest leaves out its signatures, so it can't be compared.
    let named = isOld ? nil : response.contentDigest
    if let named, named != digest { return refuse(.wrongDigest, response) }
    if case .manifest(let asked) = stage, asked != digest { return refuse(.wrongDigest, response) }
    guard let manifest = RegistryManifest(response.body) else { return refuse(.notManifest, response) }
    if let child = manifest.children.first {
      note(response, outcome: .index(manifests: manifest.children.count))
      return advance(to: .manifest(child))
    }
    blobs = Array(manifest.blobs.prefix(asksLayer ? 2 : 1))
    guard !blobs.isEmpty else { return refuse(.nothingInside, response) }
    note(response, outcome: .manifest(blobs: blobs.count))
    advance(to: .blob(blobs.removeFirst()))
  }

  private mutating func readTags(_ response: PullResponse, besides gone: String) {
    guard let list = TagList(response.body) else { return refuse(.notManifest, response) }
    guard let tag = list.newest(besides: gone) else { return refuse(.nothingInside, response) }
    note(response, outcome: .tag(tag))
    advance(to: .tag(tag, isListed: true))
  }

  private mutating func readRedirect(_ response: PullResponse) {
    switch response.location {
    case .host(let host):
      note(response, outcome: .redirected(to: host), find: PullFind(host: host, way: .redirect))
    case .ownHost:
      note(response, outcome: .direct, find: PullFind(host: registry.host, way: .direct))
    case .refused(let fault, let sample):
      note(response, fault: .redirect(fault), sample: sample)
    case nil:
      note(response, fault: .redirectWithoutLocation)
    }
    advanceToNextBlob()
  }

  private mutating func readBlob(_ response: PullResponse) {
    if response.contentType == "text/html" {
      note(response, fault: .notManifest)
    } else {
      note(response, outcome: .direct, find: PullFind(host: registry.host, way: .direct))
    }
    advanceToNextBlob()
  }

  /// Where clients would go for a token, if that is not the registry. It is shown to a person, and never contacted.
  private func tokenHost(of response: PullResponse) -> PullFind? {
    guard case .host(let host) = response.tokenRealm else { return nil }
    return PullFind(host: host, way: .tokenHost)
  }

  /// Ends the path, unless another blob may still lead somewhere.
  private mutating func refuse(
    _ fault: ProbeFault, _ response: PullResponse?, find: PullFind? = nil, sample: String? = nil
  ) {
    note(response, fault: fault, find: find, sample: sample)
    if case .blob = stage, !fault.isOfRegistry { return advanceToNextBlob() }
    stage = nil
  }

  private mutating func note(
    _ response: PullResponse?, outcome: ProbeOutcome? = nil, fault: ProbeFault? = nil, find: PullFind? = nil,
    sample: String? = nil
  ) {
    steps.append(
      ProbeStep(
        repository: repository, request: request.map { "\($0)" } ?? "", status: response?.status,
        outcome: outcome, fault: fault, sample: sample, find: find))
  }

  private mutating func advanceToNextBlob() {
    guard !blobs.isEmpty else {
      stage = nil
      return
    }
    advance(to: .blob(blobs.removeFirst()))
  }

  private mutating func advance(to next: Stage) {
    requests += 1
    stage = next
    guard requests >= Self.mostRequests else { return }
    note(nil, fault: .tooManyRequests)
    stage = nil
  }
}

extension RedirectReading {
  /// What can be shown of a place that isn't believed.
  fileprivate var sample: String? {
    if case .refused(_, let sample) = self { sample } else { nil }
  }
}
