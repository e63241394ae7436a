import Foundation

/// What a manifest or an index says of where its parts are. It comes from the network: only what is well-formed is kept.
struct RegistryManifest: Sendable, Hashable {
  /// The manifests of an index, best first; empty for a manifest.
  let children: [ContentDigest]
  /// The configuration, if there is one, and then the smallest layer.
  let blobs: [ContentDigest]

  /// The media types that the probe takes, indexes first (OCI image specification; Docker image manifest version 2).
  static let mediaTypes = [
    "application/vnd.oci.image.index.v1+json", "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.docker.distribution.manifest.v2+json",
  ]

  /// What old registries give for images that were pushed as schema 1, whatever a client accepts.
  static let oldMediaTypes = [
    "application/vnd.docker.distribution.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v1+prettyjws",
  ]

  /// How many entries of a list are looked at; indexes have a few dozen.
  private static let mostEntries = 1024

  /// Nil when it is no JSON object with members of these types. Foundation's decoder refuses more than 512 levels.
  init?(_ octets: [UInt8]) {
    guard let body = try? JSONDecoder().decode(Body.self, from: Data(octets)) else { return nil }
    children = Self.children(of: body)
    let layers = (body.layers ?? []).prefix(Self.mostEntries).compactMap { layer in
      ContentDigest(layer.digest).map { (digest: $0, size: layer.size ?? .max) }
    }
    let smallest = layers.min { ($0.size, $0.digest.text) < ($1.size, $1.digest.text) }?.digest
    let old = (body.fsLayers ?? []).prefix(1).compactMap { ContentDigest($0.blobSum) }
    var blobs = [ContentDigest]()
    for digest in [body.config.flatMap({ ContentDigest($0.digest) }), smallest, old.first] {
      if let digest, !blobs.contains(digest) { blobs.append(digest) }
    }
    self.blobs = blobs
  }

  /// linux/amd64 first, as most hosts that stand behind such a firewall are; attestations, whose platform is
  /// `unknown`, last.
  private static func children(of body: Body) -> [ContentDigest] {
    func rank(_ entry: Entry) -> Int {
      switch (entry.platform?.os, entry.platform?.architecture) {
      case ("linux", "amd64"): 0
      case ("unknown", _): 2
      default: 1
      }
    }
    let known = (body.manifests ?? []).prefix(mostEntries).compactMap { entry in
      mediaTypes.contains(entry.mediaType ?? mediaTypes[1])
        ? ContentDigest(entry.digest).map { (digest: $0, rank: rank(entry)) } : nil
    }
    return (0...2).flatMap { rank in known.filter { $0.rank == rank }.map(\.digest) }
  }

  private struct Body: Decodable {
    let config: Entry?
    let layers: [Entry]?
    let manifests: [Entry]?
    let fsLayers: [OldLayer]?
  }

  private struct Entry: Decodable {
    let digest: String
    let size: Int64?
    let mediaType: String?
    let platform: Platform?
  }

  private struct Platform: Decodable {
    let os: String?
    let architecture: String?
  }

  private struct OldLayer: Decodable {
    let blobSum: String
  }
}
