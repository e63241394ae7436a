import DNS
import Deciding
import Testing

@testable import Learning

struct PullPathTests {
  static let now = Timestamp(seconds: 1_795_424_400)
  static let secret = "sEcReT"
  static let data = "eastus.data.mcr.microsoft.com"
  let image = SampleImage()

  /// A response of `mcr.microsoft.com`.
  static func response(
    _ status: Int, _ fields: [(name: String, value: String)] = [], _ body: [UInt8] = []
  ) -> PullResponse {
    PullResponse(status: status, fields: fields, body: body, from: .mcr, at: now)
  }

  static func redirect(_ host: String = data, status: Int = 307) -> PullResponse {
    response(status, [("Location", "https://\(host)/r//docker/data?se=2026&sig=\(secret)&sp=r")])
  }

  static func typed(_ type: String, _ body: [UInt8], digest: ContentDigest? = nil) -> PullResponse {
    let digest = digest.map { [(name: "Docker-Content-Digest", value: "\($0)")] } ?? []
    return response(200, [("Content-Type", type)] + digest, body)
  }

  static func path(_ repository: String = "hello-world") throws -> PullPath {
    PullPath(try RegistryRepository(reading: repository), at: .mcr)
  }

  var index: PullResponse { Self.typed(SampleImage.indexType, image.index) }
  var manifest: PullResponse { Self.typed(SampleImage.manifestType, image.manifest) }

  /// Goes on to the first blob.
  func atBlob() throws -> PullPath {
    var path = try Self.path()
    path.receive(manifest)
    return path
  }

  @Test("The way leads over the index and the linux/amd64 manifest to configuration and smallest layer")
  func whole() throws {
    var path = try Self.path()
    let first = try #require(path.request)
    #expect(first.path == "/v2/hello-world/manifests/latest")
    #expect(first.accept.contains(SampleImage.indexType) && first.accept.contains(SampleImage.manifestType))
    #expect(!first.isForFirstOctet && first.bodyLimit == 4 << 20)
    path.receive(index)
    #expect(path.request?.path == "/v2/hello-world/manifests/\(image.manifestDigest)")
    path.receive(manifest)
    let blob = try #require(path.request)
    #expect(blob.path == "/v2/hello-world/blobs/\(image.configDigest)")
    #expect(blob.isForFirstOctet && blob.bodyLimit == 0)
    path.receive(Self.redirect())
    #expect(path.request?.path == "/v2/hello-world/blobs/\(image.layerDigest)")
    path.receive(Self.redirect("westus2.data.mcr.microsoft.com"))
    #expect(path.request == nil && path.fault == nil)
    #expect(
      path.steps.compactMap(\.find?.host.text) == [Self.data, "westus2.data.mcr.microsoft.com"])
  }

  @Test("Each status that redirects is one", arguments: [301, 302, 303, 307, 308])
  func statuses(_ status: Int) throws {
    var path = try atBlob()
    path.receive(Self.redirect(status: status))
    #expect(path.steps.last?.find == PullFind(host: DomainName(canonical: Self.data), way: .redirect))
  }

  @Test(
    "A blob that the registry gives itself makes it the data host",
    arguments: [
      response(200), response(206, [("Content-Range", "bytes 0-0/5")], [1]),
      response(307, [("Location", "/v2/elsewhere?x")]),
      response(307, [("Location", "https://mcr.microsoft.com/x")]),
    ])
  func direct(_ response: PullResponse) throws {
    var path = try atBlob()
    path.receive(response)
    #expect(path.steps.last?.find == PullFind(host: RegistryEndpoint.mcr.host, way: .direct))
  }

  @Test("No output holds the query string, user or path of a Location or realm", arguments: [true, false])
  func secrets(_ isRealm: Bool) throws {
    let texts = [
      "https://eastus.data.mcr.microsoft.com/p-\(Self.secret)?sig=\(Self.secret)", "/x?sig=\(Self.secret)",
      "http://x.example/?sig=\(Self.secret)", "https://x.example:1/?\(Self.secret)",
      "https://\(Self.secret):\(Self.secret)@x.example/", "https://x.example/ \(Self.secret)",
      "https://x.example%3f\(Self.secret)", "https://x.example#\(Self.secret)", "?\(Self.secret)",
    ]
    for text in texts {
      var path = try atBlob()
      let response =
        isRealm
        ? Self.response(401, [("WWW-Authenticate", "Bearer realm=\"\(text)\",service=\"\(Self.secret)\"")])
        : Self.response(307, [("Location", text)])
      path.receive(response)
      let round = RegistryRound(
        path.steps, from: .mcr, watching: WatchedNames([]), source: "registry", at: Self.now)
      var dumped = "\(path) \(round) \(round.steps)"
      dump((path, response, round), to: &dumped)
      #expect(!dumped.contains(Self.secret), "\(text)")
    }
  }

  @Test(
    "A redirect that leads nowhere is refused with its reason, and the next blob still asked for",
    arguments: [
      (nil, .redirectWithoutLocation), ("http://x.example/", .redirect(.scheme)),
      ("https://127.0.0.1/", .redirect(.address)), ("https://x.example:8443/", .redirect(.port)),
      ("https://u:p@x.example/", .redirect(.userinfo)), ("https://a_b.example/", .redirect(.host)),
    ] as [(String?, ProbeFault)])
  func badRedirects(_ location: String?, _ fault: ProbeFault) throws {
    var path = try atBlob()
    path.receive(Self.response(307, location.map { [("location", $0)] } ?? []))
    #expect(path.steps.last?.fault == fault && path.steps.last?.find == nil)
    #expect(path.request?.path == "/v2/hello-world/blobs/\(image.layerDigest)")
  }

  @Test("Two Locations are refused, as clients disagree on which they follow")
  func twoLocations() throws {
    var path = try atBlob()
    path.receive(
      Self.response(307, [("Location", "https://a.example/"), ("location", "https://b.example/")]))
    #expect(path.steps.last?.fault == .redirect(.malformed))
  }

  @Test(
    "A token host is shown and not asked; the registry's own or a bad realm is not shown as a find",
    arguments: [
      ("Bearer realm=\"https://mcrprod.azurecr.io/oauth2/token\",service=\"x\"", "mcrprod.azurecr.io"),
      ("Bearer realm=\"https://mcr.microsoft.com/oauth2/token\"", nil),
      ("Bearer realm=\"http://169.254.169.254/\"", nil), ("Basic realm=\"x\"", nil), (nil, nil),
    ] as [(String?, String?)])
  func tokenHost(_ field: String?, _ host: String?) throws {
    var path = try Self.path()
    path.receive(Self.response(401, field.map { [("WWW-Authenticate", $0)] } ?? []))
    #expect(path.request == nil && path.fault == .needsToken)
    let find = try host.map { PullFind(host: try DomainName($0), way: .tokenHost) }
    #expect(path.steps.last?.find == find)
  }

  @Test(
    "Statuses that end the way do so with their reason",
    arguments: [
      (403, .forbidden), (500, .status(500)), (204, .status(204)), (100, .status(100)), (304, .status(304)),
      (410, .status(410)), (206, .status(206)), (307, .manifestRedirected), (302, .manifestRedirected),
    ] as [(Int, ProbeFault)])
  func endings(_ status: Int, _ fault: ProbeFault) throws {
    var path = try Self.path()
    path.receive(Self.response(status, [("Location", "https://x.example/")]))
    #expect(path.request == nil && path.fault == fault)
    #expect(path.steps.allSatisfy { $0.find == nil })
  }

  @Test(
    "A registry that asks to be left alone is, also when its body is plain text",
    arguments: [(429, "120", 120), (503, "Mon, 23 Nov 2026 10:00:00 GMT", 3600), (429, nil, 900)]
      as [(Int, String?, Int64)])
  func throttled(_ status: Int, _ field: String?, _ seconds: Int64) throws {
    for start in [try Self.path(), try atBlob()] {
      var path = start
      path.receive(
        Self.response(
          status, field.map { [("Retry-After", $0)] } ?? [], Array("Ref A: 1 Ref B: 2 Ref C: 3".utf8)))
      #expect(path.request == nil && path.fault == .throttled(.seconds(seconds)))
      #expect(path.fault?.isOfRegistry == true)
    }
  }

  @Test("When the tag is gone, the newest that is listed is asked for; when that is gone too, it ends")
  func tagGone() throws {
    var path = try Self.path("oss/kubernetes/pause:3.1")
    path.receive(Self.response(404))
    #expect(path.request?.path == "/v2/oss/kubernetes/pause/tags/list")
    path.receive(Self.response(200, [], Array(#"{"tags":["3.1","3.10","3.9"]}"#.utf8)))
    #expect(path.request?.path == "/v2/oss/kubernetes/pause/manifests/3.10")
    path.receive(Self.response(404))
    #expect(path.request == nil && path.fault == .notFound)
  }

  @Test("A tag list of a hostile registry can't lead out of the repository")
  func hostileTags() throws {
    var path = try Self.path()
    path.receive(Self.response(404))
    path.receive(Self.response(200, [], Array(#"{"tags":["../../x","a?b","x/y","\u0000"]}"#.utf8)))
    #expect(path.request == nil && path.fault == .nothingInside)
  }

  @Test("A proxy's page is taken for no manifest, whatever it says it is")
  func pages() throws {
    let page = Array("<html>Blocked</html>".utf8)
    for response in [Self.typed("text/html", page), Self.response(200, [], image.manifest)] {
      var path = try Self.path()
      path.receive(response)
      #expect(path.request == nil && path.fault == .notManifest)
    }
    var path = try Self.path()
    path.receive(Self.typed(SampleImage.manifestType + "; charset=utf-8", page))
    #expect(path.fault == .notManifest)
    path = try atBlob()
    path.receive(Self.typed("text/html; charset=utf-8", []))
    #expect(path.fault == .notManifest && path.steps.allSatisfy { $0.find == nil })
  }

  @Test("Octets that don't have the digest they were asked by, or that is named, are not believed")
  func wrongDigest() throws {
    var path = try Self.path()
    path.receive(Self.typed(SampleImage.manifestType, image.manifest, digest: image.layerDigest))
    #expect(path.fault == .wrongDigest)
    path = try Self.path()
    path.receive(index)
    path.receive(Self.typed(SampleImage.manifestType, image.manifest + [UInt8(ascii: " ")]))
    #expect(path.fault == .wrongDigest && path.request == nil)
    path = try Self.path()
    path.receive(Self.typed(SampleImage.manifestType, image.manifest, digest: image.manifestDigest))
    #expect(path.fault == nil)
  }

  @Test("An index of indexes without end stops after eight requests")
  func endless() throws {
    // Each index is made before the one that names it, as a registry would have to.
    var bodies = [image.manifest]
    for _ in 0..<20 {
      let digest = ContentDigest(of: try #require(bodies.last))
      bodies.append(
        Array(#"{"manifests":[{"digest":"\#(digest)","mediaType":"\#(SampleImage.indexType)"}]}"#.utf8))
    }
    var path = try Self.path()
    var sent = 0
    while path.request != nil {
      sent += 1
      path.receive(Self.typed(SampleImage.indexType, bodies.removeLast()))
    }
    #expect(sent == PullPath.mostRequests && path.fault == .tooManyRequests)
  }

  @Test("A blob that isn't there, or fails, leaves the other to try; a lost connection doesn't")
  func blobFaults() throws {
    var path = try atBlob()
    path.receive(Self.response(404))
    #expect(path.request?.path == "/v2/hello-world/blobs/\(image.layerDigest)")
    path.receive(Self.redirect())
    #expect(path.steps.last?.find?.host.text == Self.data)
    path = try atBlob()
    path.fail(.connection(.timeout))
    #expect(path.request == nil && path.fault == .connection(.timeout))
  }

  @Test("What comes after the end changes nothing")
  func afterEnd() throws {
    var path = try Self.path()
    path.receive(Self.response(403))
    let steps = path.steps
    path.receive(index)
    path.fail(.tooLarge)
    #expect(path.steps == steps)
  }

  @Test("A round tells watched hosts as resolved, others as related, and the registry itself only if watched")
  func round() throws {
    var path = try atBlob()
    path.receive(Self.redirect())
    path.receive(Self.redirect("edge.other.example"))
    var other = try Self.path("b")
    other.receive(Self.response(401, [("www-authenticate", "Bearer realm=\"https://t.example/x\"")]))
    let names = WatchedNames([.pattern(try NamePattern("*.data.mcr.microsoft.com"))])
    let round = RegistryRound(
      path.steps + other.steps, from: .mcr, watching: names, source: "registry:mcr", at: Self.now)
    #expect(
      round.sightings == [
        Sighting(
          name: try DomainName(Self.data), source: "registry:mcr", count: 1, evidence: .resolved, at: Self.now
        )
      ])
    #expect(
      round.related.map { "\($0.name): \($0.relation)" } == [
        "edge.other.example: redirect from mcr.microsoft.com", "t.example: token host of mcr.microsoft.com",
      ])
    #expect(round.finds.map(\.text) == [Self.data, "edge.other.example"] && round.fault == nil)
  }

  @Test("Each step is a line for a person")
  func lines() throws {
    var path = try Self.path()
    path.receive(index)
    path.receive(manifest)
    path.receive(Self.redirect())
    path.receive(Self.response(307, [("location", "http://169.254.169.254/x?\(Self.secret)")]))
    #expect(
      path.steps.map(\.description) == [
        "hello-world: GET /v2/hello-world/manifests/latest: 200, index, 3 manifests",
        "hello-world: GET /v2/hello-world/manifests/\(image.manifestDigest): 200, manifest, 2 blobs to ask for",
        "hello-world: GET /v2/hello-world/blobs/\(image.configDigest): 307, data is at \(Self.data)",
        "hello-world: GET /v2/hello-world/blobs/\(image.layerDigest): 307, it redirects to a place that can't be "
          + "believed (scheme): http://169.254.169.254",
      ])
  }
}
