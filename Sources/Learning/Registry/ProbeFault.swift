package import Deciding

/// Why a request of the probe found no host. No text of a response is in it.
package enum ProbeFault: Error, Sendable, Hashable {
  /// The redirect leads nowhere that may be believed.
  case redirect(RedirectFault)
  /// A redirect without a `Location`.
  case redirectWithoutLocation
  /// A manifest or a list of tags is elsewhere; only blobs may be.
  case manifestRedirected
  /// The registry wants a token, which an anonymous pull from Microsoft Artifact Registry doesn't need (401).
  case needsToken
  /// The registry refuses this site or this repository (403).
  case forbidden
  /// The repository, the manifest or the blob isn't there (404).
  case notFound
  /// The registry asks to be left alone for this long (429, 503).
  case throttled(Duration)
  /// Any other status.
  case status(Int)
  /// The body is something else than what was asked for, such as the page of a proxy.
  case notManifest
  /// The octets don't have the digest that they were asked by, or that the registry names.
  case wrongDigest
  /// An index without a usable manifest, a manifest without a blob, or a list without a tag.
  case nothingInside
  /// The body is larger than is read.
  case tooLarge
  /// The path doesn't come to an end.
  case tooManyRequests
  /// Nothing was sent before this moment, because the registry asked for that.
  case waiting(until: Timestamp)
  /// The connection failed.
  case connection(ConnectionFault)
}

extension ProbeFault {
  /// Whether other repositories of the same registry would fare alike, so that asking is a waste or rude.
  package var isOfRegistry: Bool {
    switch self {
    case .throttled, .waiting, .connection: true
    default: false
    }
  }

  /// For counters: `redirectScheme`, `throttled`, `certificateExpired`.
  package var name: String {
    switch self {
    case .redirect(let fault): "redirect" + fault.rawValue.prefix(1).uppercased() + fault.rawValue.dropFirst()
    case .redirectWithoutLocation: "redirectWithoutLocation"
    case .manifestRedirected: "manifestRedirected"
    case .needsToken: "needsToken"
    case .forbidden: "forbidden"
    case .notFound: "notFound"
    case .throttled: "throttled"
    case .status: "status"
    case .notManifest: "notManifest"
    case .wrongDigest: "wrongDigest"
    case .nothingInside: "nothingInside"
    case .tooLarge: "tooLarge"
    case .tooManyRequests: "tooManyRequests"
    case .waiting: "waiting"
    case .connection(let fault): fault.name
    }
  }
}

extension ProbeFault: CustomStringConvertible {
  /// For people.
  package var description: String {
    switch self {
    case .redirect(let fault): "it redirects to a place that can't be believed (\(fault.rawValue))"
    case .redirectWithoutLocation: "it redirects without saying where"
    case .manifestRedirected: "it redirects what must be its own"
    case .needsToken: "it wants a token. Try: a repository that anyone may pull"
    case .forbidden: "it refuses this site or repository"
    case .notFound: "it isn't there. Try: another repository or tag"
    case .throttled(let span): "it asks to be left alone for \(span.components.seconds) s"
    case .status(let status): "unexpected status \(status)"
    case .notManifest: "the body isn't what a registry gives. Try: look whether a proxy answers in its place"
    case .wrongDigest: "the body doesn't have its digest. Try: look whether a proxy changes it"
    case .nothingInside: "nothing in it leads further"
    case .tooLarge: "the body is too large"
    case .tooManyRequests: "no host after \(PullPath.mostRequests) requests"
    case .waiting(let until): "not asked before \(until), as the registry wants"
    case .connection(let fault): fault.description
    }
  }
}
