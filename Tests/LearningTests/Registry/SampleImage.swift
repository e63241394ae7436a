import Learning

/// An image as a registry holds it, with an index of three manifests: an attestation, another platform, linux/amd64.
struct SampleImage {
  static let indexType = "application/vnd.oci.image.index.v1+json"
  static let manifestType = "application/vnd.docker.distribution.manifest.v2+json"

  let config = Array(#"{"architecture":"amd64","os":"linux"}"#.utf8)
  let layer = Array("a layer".utf8)
  let bigLayer = Array("a larger layer".utf8)
  let manifest: [UInt8]
  let index: [UInt8]

  var configDigest: ContentDigest { ContentDigest(of: config) }
  var layerDigest: ContentDigest { ContentDigest(of: layer) }
  var manifestDigest: ContentDigest { ContentDigest(of: manifest) }

  init() {
    func entry(_ octets: [UInt8], _ more: String = "") -> String {
      #"{"digest":"\#(ContentDigest(of: octets))","size":\#(octets.count)\#(more)}"#
    }
    let manifest = """
      {"schemaVersion":2,"mediaType":"\(Self.manifestType)","config":\(entry(config)),\
      "layers":[\(entry(bigLayer)),\(entry(layer))]}
      """
    self.manifest = Array(manifest.utf8)
    func child(_ octets: [UInt8], _ os: String, _ architecture: String) -> String {
      entry(
        octets,
        #","mediaType":"\#(Self.manifestType)","platform":{"os":"\#(os)","architecture":"\#(architecture)"}"#)
    }
    let index = """
      {"schemaVersion":2,"mediaType":"\(Self.indexType)","manifests":[\(child([1], "unknown", "unknown")),\
      \(child([2], "linux", "arm64")),\(child(self.manifest, "linux", "amd64"))]}
      """
    self.index = Array(index.utf8)
  }
}
