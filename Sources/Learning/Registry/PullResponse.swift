package import Deciding

/// What matters of a registry's response. Secrets end here: of a `Location` only the host is kept.
package struct PullResponse: Sendable, Hashable {
  /// The status code, such as 307.
  package let status: Int
  /// In lower case, without parameters; nil when there is none.
  package let contentType: String?
  /// Where it redirects to; nil when it doesn't say.
  package let location: RedirectReading?
  /// Where a token would be fetched; nil when none is asked for.
  package let tokenRealm: RedirectReading?
  /// What the registry says the body's digest is; nil when it doesn't, or says none that can be read.
  package let contentDigest: ContentDigest?
  /// How long to leave the registry alone, when the status asks for that.
  package let retryAfter: Duration
  /// Empty when the request wanted none.
  package let body: [UInt8]

  /// - Parameters:
  ///   - fields: The header's fields, names in any case.
  ///   - registry: Where it came from.
  package init(
    status: Int, fields: [(name: String, value: String)], body: [UInt8], from registry: RegistryEndpoint,
    at now: Timestamp
  ) {
    func values(_ name: String) -> [String] {
      fields.filter { $0.name.lowercased() == name }.map(\.value)
    }
    self.status = status
    self.body = body
    contentType = values("content-type").first.map {
      $0.prefix { $0 != ";" && $0 != " " }.lowercased()
    }
    let locations = values("location")
    // Clients disagree on which of several they follow.
    location =
      locations.count > 1
      ? .refused(.malformed, sample: "") : locations.first.map { RedirectReading($0, from: registry) }
    tokenRealm = values("www-authenticate").lazy.compactMap(BearerChallenge.realm).first.map {
      RedirectReading($0, from: registry)
    }
    contentDigest = values("docker-content-digest").first.flatMap(ContentDigest.init)
    retryAfter = RetryAfter.read(values("retry-after").first, at: now)
  }
}
