/// One request to a registry. Its method is `GET`, and redirects are never followed.
package struct PullRequest: Sendable, Hashable, CustomStringConvertible {
  /// Such as `/v2/hello-world/manifests/latest`; only the characters of names, tags and digests.
  package let path: String
  /// What to accept, in order; empty for anything.
  package let accept: [String]
  /// Whether to ask for the first octet only.
  package let isForFirstOctet: Bool
  /// How many octets of the body are worth reading; more is a fault. None for blobs: the body of a redirect repeats
  /// the secret, and what is in a blob doesn't matter.
  package let bodyLimit: Int

  /// The largest manifest that registries must take (OCI distribution specification, "Pushing manifests").
  package static let longestManifest = 4 << 20

  static func manifest(_ reference: String, of repository: RegistryRepository) -> PullRequest {
    PullRequest(
      path: "/v2/\(repository.name)/manifests/\(reference)", accept: RegistryManifest.mediaTypes,
      isForFirstOctet: false, bodyLimit: longestManifest)
  }

  static func tags(of repository: RegistryRepository) -> PullRequest {
    PullRequest(
      path: "/v2/\(repository.name)/tags/list", accept: ["application/json"], isForFirstOctet: false,
      bodyLimit: longestManifest)
  }

  static func blob(_ digest: ContentDigest, of repository: RegistryRepository) -> PullRequest {
    PullRequest(
      path: "/v2/\(repository.name)/blobs/\(digest)", accept: [], isForFirstOctet: true, bodyLimit: 0)
  }

  package var description: String { "GET \(path)" }
}
