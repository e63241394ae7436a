import Testing

@testable import Learning

struct RegistryManifestTests {
  let image = SampleImage()

  @Test("An index gives linux/amd64 first, other platforms then, and attestations last")
  func index() throws {
    let manifest = try #require(RegistryManifest(image.index))
    #expect(
      manifest.children == [
        image.manifestDigest, ContentDigest(of: [2]), ContentDigest(of: [1]),
      ])
    #expect(manifest.blobs.isEmpty)
  }

  @Test("A manifest gives its configuration, and then its smallest layer")
  func manifest() throws {
    let manifest = try #require(RegistryManifest(image.manifest))
    #expect(manifest.children.isEmpty)
    #expect(manifest.blobs == [image.configDigest, image.layerDigest])
  }

  @Test("A manifest of schema 1 gives a layer")
  func schema1() throws {
    let text = #"{"schemaVersion":1,"fsLayers":[{"blobSum":"\#(image.layerDigest)"}]}"#
    #expect(try #require(RegistryManifest(Array(text.utf8))).blobs == [image.layerDigest])
  }

  @Test("A layer that is the configuration too is asked for once")
  func sameDigest() throws {
    let entry = #"{"digest":"\#(image.layerDigest)"}"#
    let text = #"{"config":\#(entry),"layers":[\#(entry)]}"#
    #expect(try #require(RegistryManifest(Array(text.utf8))).blobs == [image.layerDigest])
  }

  @Test(
    "What is no manifest is refused and doesn't crash",
    arguments: [
      "", "null", "[]", "{", "<html>", #"{"config":1}"#, #"{"config":{}}"#, #"{"layers":{"digest":"x"}}"#,
      #"{"manifests":["x"]}"#, #"{"layers":[{"digest":1}]}"#, #"{"layers":[{"digest":"x","size":1e400}]}"#,
      #"{"manifests":[{"digest":"x","platform":"linux"}]}"#, "\u{0}\u{1}\u{2}",
    ])
  func refused(_ text: String) {
    #expect(RegistryManifest(Array(text.utf8)) == nil)
  }

  @Test("JSON that is nested without end is refused and doesn't exhaust the stack")
  func nested() {
    for text in [
      String(repeating: "[", count: 1_000_000), String(repeating: #"{"config":"#, count: 100_000),
      #"{"config":{"digest":"x","x":"# + String(repeating: "[", count: 1_000_000),
    ] {
      #expect(RegistryManifest(Array(text.utf8)) == nil)
    }
  }

  @Test("Digests that are none, and media types that aren't manifests, are left out")
  func leftOut() throws {
    let digest = image.layerDigest.text
    let digests = [
      "", "sha256:", digest.uppercased(), digest + "0", String(digest.dropLast()),
      "sha512:" + digest.dropFirst(7),
      digest.dropLast() + "g", "../../../etc/passwd", digest + "?x=y", digest + "\n",
    ].map { "\($0)".replacing("\n", with: "\\n") }
    let entries = digests.map { #"{"digest":"\#($0)"}"# }.joined(separator: ",")
    let manifest = try #require(
      RegistryManifest(
        Array(#"{"manifests":[\#(entries)],"layers":[\#(entries)],"config":{"digest":"x"}}"#.utf8)))
    #expect(manifest.children.isEmpty && manifest.blobs.isEmpty)
    let other = #"{"manifests":[{"digest":"\#(digest)","mediaType":"text/html"}]}"#
    #expect(try #require(RegistryManifest(Array(other.utf8))).children.isEmpty)
  }

  @Test("Of a list as long as a body may be, only the beginning is looked at", .timeLimit(.minutes(1)))
  func huge() throws {
    let entry = #"{"digest":"sha256:x"}"#
    let entries = Array(repeating: entry, count: PullRequest.longestManifest / (entry.utf8.count + 2))
    let text = #"{"layers":[\#(entries.joined(separator: ",")),{"digest":"\#(image.layerDigest)"}]}"#
    #expect(try #require(RegistryManifest(Array(text.utf8))).blobs.isEmpty)
  }
}

struct TagListTests {
  @Test(
    "The newest tag is 'latest', else the greatest version, and never the one that is gone",
    arguments: [
      ([], nil), (["latest"], nil), (["1", "latest"], "1"), (["3.9", "3.10", "3.2"], "3.10"),
      (["v1.2", "1.10"], "1.10"), (["windows", "1"], "1"), (["b", "a"], "b"),
      (["1.0-amd64", "1.0"], "1.0-amd64"),
      (["99999999999999999999999", "1"], "99999999999999999999999"), (["../x", "a b", "-x", ""], nil),
    ] as [([String], String?)])
  func newest(_ tags: [String], _ newest: String?) throws {
    let text = #"{"name":"x","tags":[\#(tags.map { "\"\($0)\"" }.joined(separator: ","))]}"#
    #expect(try #require(TagList(Array(text.utf8))).newest(besides: "latest") == newest)
  }

  @Test("A present 'latest' is taken when another tag is gone")
  func latest() throws {
    let list = try #require(TagList(Array(#"{"tags":["9","latest"]}"#.utf8)))
    #expect(list.newest(besides: "1") == "latest")
  }

  @Test("A list that is none is refused", arguments: ["", "[]", #"{"tags":"x"}"#, #"{"tags":[1]}"#])
  func refused(_ text: String) {
    #expect(TagList(Array(text.utf8)) == nil)
  }

  @Test("A repository without tags has an empty list, which registries write as null")
  func null() throws {
    #expect(try #require(TagList(Array(#"{"tags":null}"#.utf8))).tags.isEmpty)
  }
}
