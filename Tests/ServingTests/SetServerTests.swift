import DNS
import Deciding
import Foundation
import Logging
import Publishing
import Serving
import TestTools
import Testing

@Suite(.timeLimit(.minutes(2))) struct SetServerTests {
  @Test("a set comes whole, with validators and provenance in the header")
  func whole() async throws {
    try await TestServer.run { server in
      let reply = try await server.curl("/v1/sets/mcr.txt")
      #expect(reply.status == 200)
      #expect(reply.text == "20.0.0.0/31\n150.171.69.10\n150.171.70.10\n2603:1061:f:100::10\n")
      let digest = Digest.computing(body: Array(reply.body))
      let fields = [
        "content-type": "text/plain; charset=utf-8", "content-length": "\(reply.body.count)",
        "last-modified": "Mon, 23 Nov 2026 09:00:00 GMT", "vary": "Accept-Encoding",
        "cache-control": "max-age=30, stale-if-error=86400", "x-content-type-options": "nosniff",
        "x-postern-generation": "42", "x-postern-generated-at": "2026-11-23T09:00:00Z",
        "x-postern-entries": "4",
        "x-postern-status": "ok", "x-postern-valid-until": "2026-11-23T10:00:00Z",
        "repr-digest": digest.fieldValue,
        "link": "</v1/sets/mcr/snapshots/42.txt>; rel=\"canonical\"",
        "etag": "\"mcr-42-plain-\(digest.description.prefix(16))\"",
      ]
      for (name, value) in fields { #expect(reply.fields[name] == value, "\(name)") }
      #expect(reply.fields["transfer-encoding"] == nil)
      #expect(reply.fields["content-disposition"] == nil)
    }
  }

  @Test("the hot path and the slow path give the same answers, but for the date")
  func hotPathAgrees() async throws {
    try await TestServer.run { server in
      let tag = try #require(try await server.curl("/v1/sets/mcr.json").fields["etag"])
      let variants: [[String]] = [
        [], ["-I"], ["-H", "Connection: Keep-Alive"], ["-H", "If-None-Match: \(tag)"],
        ["-I", "-H", "If-None-Match: \(tag)"],
        ["-H", "If-Modified-Since: Mon, 23 Nov 2026 09:00:00 GMT"], ["-H", "Accept-Encoding: gzip"],
        ["-I", "-H", "Accept-Encoding: gzip"], ["-H", "If-None-Match: \"other\""],
      ]
      for variant in variants {
        // HTTP/1.0 and `Connection: close` never take the hot path.
        let slow = try await server.curl("/v1/sets/mcr.json", variant + ["--http1.0"])
        let hot = try await server.curl("/v1/sets/mcr.json", variant)
        #expect(slow.status == hot.status)
        #expect(slow.body == hot.body)
        let own = Set(["date", "connection"])
        #expect(
          slow.fields.filter { !own.contains($0.key) } == hot.fields.filter { !own.contains($0.key) },
          "\(variant)")
        #expect(hot.fields["date"]?.hasSuffix("GMT") == true)
      }
    }
  }

  @Test("a client that holds the representation gets 304, with its validators and without a body")
  func notModified() async throws {
    try await TestServer.run { server in
      let whole = try await server.curl("/v1/sets/mcr.txt")
      let tag = try #require(whole.fields["etag"])
      let cases: [(String, Int)] = [
        ("If-None-Match: \(tag)", 304), ("If-None-Match: W/\(tag)", 304),
        ("If-None-Match: \"x\", \(tag)", 304),
        ("If-None-Match: *", 304), ("If-None-Match: \"x\"", 200),
        ("If-Modified-Since: Mon, 23 Nov 2026 09:00:00 GMT", 304),
        ("If-Modified-Since: Mon, 23 Nov 2026 08:59:59 GMT", 200), ("If-Modified-Since: nonsense", 200),
        ("Range: bytes=0-3", 200),
      ]
      for (field, status) in cases {
        let reply = try await server.curl("/v1/sets/mcr.txt", ["-H", field])
        #expect(reply.status == status, "\(field)")
        if status == 304 {
          #expect(reply.body.isEmpty)
          for name in ["etag", "cache-control", "vary", "last-modified"] {
            #expect(reply.fields[name] == whole.fields[name])
          }
          #expect(reply.fields["content-length"] == nil)
        }
      }
      let both = try await server.curl(
        "/v1/sets/mcr.txt",
        ["-H", "If-None-Match: \"x\"", "-H", "If-Modified-Since: Mon, 23 Nov 2026 09:00:00 GMT"])
      #expect(both.status == 200, "If-None-Match counts over If-Modified-Since")
    }
  }

  @Test("HEAD has the header fields of GET and no body")
  func head() async throws {
    try await TestServer.run { server in
      for path in ["/v1/sets/mcr.txt", "/v1/sets", "/v1/sets/mcr/version", "/healthz", "/nothing"] {
        let get = try await server.curl(path)
        let head = try await server.curl(path, ["-I"])
        #expect(head.status == get.status)
        #expect(head.fields.filter { $0.key != "date" } == get.fields.filter { $0.key != "date" }, "\(path)")
        #expect(head.fields["content-length"] == "\(get.body.count)")
      }
    }
  }

  @Test("gzip comes only when asked for, with a tag and digest of its own, and unpacks to the same bytes")
  func compressed() async throws {
    let addresses = (0..<2000).map { IPAddress(v4: 0x1400_0000 + UInt32($0) * 3).description }
    try await TestServer.run(addresses) { server in
      for _ in 1...2 {
        let plain = try await server.curl("/v1/sets/mcr.txt")
        let packed = try await server.curl("/v1/sets/mcr.txt", ["-H", "Accept-Encoding: gzip"])
        #expect(plain.fields["content-encoding"] == nil)
        #expect(packed.fields["content-encoding"] == "gzip")
        #expect(packed.fields["vary"] == "Accept-Encoding")
        #expect(packed.fields["content-length"] == "\(packed.body.count)")
        #expect(packed.body.count < plain.body.count / 2)
        #expect(packed.fields["repr-digest"] == Digest.computing(body: Array(packed.body)).fieldValue)
        #expect(packed.fields["etag"] == plain.fields["etag"].map { $0.dropLast() + "-gzip\"" })
        let unpacked = try await Tool.run("gzip", ["-dc"], input: Array(packed.body))
        #expect(unpacked.output == plain.body)
        let tag = packed.fields["etag"] ?? ""
        let again = try await server.curl(
          "/v1/sets/mcr.txt", ["-H", "Accept-Encoding: gzip", "-H", "If-None-Match: \(tag)"])
        #expect(again.status == 304)
        #expect(again.fields["etag"] == tag)
        #expect(try await server.curl("/v1/sets/mcr.txt", ["-H", "If-None-Match: \(tag)"]).status == 200)
      }
    }
  }

  @Test(
    "the query picks format, family, aggregation and lengths",
    arguments: [
      ("/v1/sets/mcr", "20.0.0.0/31\n150.171.69.10\n150.171.70.10\n2603:1061:f:100::10\n"),
      ("/v1/sets/mcr?v=plain&family=6", "2603:1061:f:100::10\n"),
      ("/v1/sets/mcr.txt?ipv4only&sum=0", "20.0.0.0\n20.0.0.1\n150.171.69.10\n150.171.70.10\n"),
      ("/v1/sets/mcr.txt?NoIPv6=true&cidr=always", "20.0.0.0/31\n150.171.69.10/32\n150.171.70.10/32\n"),
      ("/v1/sets/mcr.txt?max_entries=4&family=%36", "2603:1061:f:100::10\n"),
    ])
  func options(path: String, body: String) async throws {
    try await TestServer.run { server in
      let reply = try await server.curl(path)
      #expect(reply.status == 200)
      #expect(reply.text == body)
      let tag = reply.fields["etag"]
      if body != "20.0.0.0/31\n150.171.69.10\n150.171.70.10\n2603:1061:f:100::10\n" {
        #expect(tag != (try await server.curl("/v1/sets/mcr.txt").fields["etag"]))
      }
    }
  }

  @Test("each format comes under its file's ending with its media type; download adds a file name")
  func formats() async throws {
    try await TestServer.run { server in
      for format in FormatRegistry.all {
        let reply = try await server.curl("/v1/sets/mcr.\(format.fileExtension)?download=1")
        #expect(reply.status == 200)
        #expect(reply.fields["content-type"] == format.mediaType)
        #expect(reply.fields["content-disposition"] == "attachment; filename=\"mcr.\(format.fileExtension)\"")
      }
    }
  }

  @Test("/v1/formats lists every format with its ending, limits, options and products")
  func formatList() async throws {
    try await TestServer.run { server in
      let reply = try await server.curl("/v1/formats")
      #expect(reply.status == 200 && reply.fields["content-type"] == "application/json")
      let listed = try await Tool.run(
        "jq", ["-r", #".formats[] | select(.products | length > 0) | "\(.id) \(.extension)""#],
        input: Array(reply.body))
      #expect(listed.lines == FormatRegistry.all.map { "\($0.id) \($0.fileExtension)" })
    }
  }

  @Test("names, tags and pins come from what the set watches now")
  func context() async throws {
    try await TestServer.run { server in
      let zone = try await server.curl("/v1/sets/mcr.rpz").text
      #expect(zone.contains("*.data.mcr.microsoft.com IN CNAME rpz-passthru.\n"))
      let pins = try await server.curl("/v1/sets/mcr.pin.rpz?family=4").text
      #expect(pins.contains("mcr.microsoft.com IN A 150.171.69.10\n") && !pins.contains("AAAA"))
      #expect(try await server.curl("/v1/sets/mcr.tagrule.json").text.contains("AzureFrontDoor.FirstParty"))
      let step = try await server.curl("/v1/sets/mcr.aws.json?since=42").text
      #expect(step == #"{"set":"mcr","generation":42,"since":42,"modify":[]}"# + "\n")
    }
  }

  @Test(
    "what can't be answered is refused with the right status and never with a set",
    arguments: [
      ("/v1/sets/mcr.exe", 400), ("/v1/sets/mcr?format=xml", 400), ("/v1/sets/mcr.txt?family=5", 400),
      ("/v1/sets/mcr.txt?famliy=4", 400), ("/v1/sets/mcr.txt?table=x", 400),
      ("/v1/sets/mcr.txt?family=%zz", 400),
      ("/v1/sets/mcr.nft?name=x;reboot", 400), ("/v1/sets/mcr.nft?name=x%0aflush", 400),
      ("/v1/sets/mcr.nft?table=a%7d%3b", 400), ("/v1/sets/mcr.nft?name=1", 400),
      ("/v1/sets/mcr.txt?max_entries=3", 422),
      ("/v1/sets/mcr.ipset?maxelem=1", 422), ("/v1/sets/mcr.ipgroup.json?family=6", 422),
      ("/v1/sets/mcr.aws.json?capacity=1", 422), ("/v1/sets/mcr.gcp.json?family=both", 422),
      ("/v1/sets/mcr.calico.yaml?name=a_b", 400), ("/v1/sets/mcr.rules?chain=INPUT", 400),
      ("/v1/sets/mcr.txt?ranges=1&cidr=always", 400),
      ("/v1/sets/mcr.asa.cfg?since=43", 410), ("/v1/sets/mcr.asa.cfg?since=x", 400),
      ("/v1/sets/mcr/snapshots/42.rpz", 422), ("/v1/sets/mcr/snapshots/42.pin.rpz", 422),
      ("/v1/formats?x=1", 400), ("/v1/sets/nosuch.txt", 404), ("/v1/sets/nosuch/version", 404),
      ("/v1/sets/pending.txt", 503), ("/v1/sets/pending/version", 503),
      ("/v1/sets/pending/changes?since=1", 503),
      ("/v1/sets/pending.txt?family=5", 400), ("/v1/sets/../../etc/passwd", 404),
      ("/v1/sets/..%2f..%2fetc%2fpasswd", 404),
      ("//v1/sets/mcr.txt", 404), ("/v1/sets//mcr.txt", 404), ("/v1/sets/mcr.txt/", 404),
      ("/v1/sets/%6dcr.txt", 404),
      ("/v1/sets/MCR.txt", 404), ("/v1/sets/mcr.txt%00", 400), ("/v1/sets?x=1", 400), ("/nothing", 404),
      ("/v1/sets/mcr.txt?family=192.0.2.1", 400), ("/v1/sets/mcr.txt?evil.example=1", 400),
    ])
  func refused(path: String, status: Int) async throws {
    try await TestServer.run { server in
      let reply = try await server.curl(path)
      #expect(reply.status == status)
      #expect(reply.fields["content-type"] == "text/plain; charset=utf-8")
      #expect(reply.fields["etag"] == nil)
      #expect(reply.fields["cache-control"] == "no-store")
      #expect(!reply.body.isEmpty && reply.body.count < 400)
      #expect(
        reply.text.firstMatch(of: /[A-Za-z0-9]\.[A-Za-z0-9]|[0-9a-f]*:[0-9a-f]*:|</) == nil, "\(reply.text)")
      #expect((status == 503) == (reply.fields["retry-after"] != nil))
    }
  }

  @Test("a set that never published, and a family without elements, answer 503 and never an empty 200")
  func neverEmpty() async throws {
    try await TestServer.run(nil) { server in
      for format in FormatRegistry.all {
        #expect(try await server.curl("/v1/sets/mcr.\(format.fileExtension)").status == 503)
      }
      try server.sets.publish(TestServer.published(["20.0.0.1"]))
      for format in FormatRegistry.all {
        #expect(try await server.curl("/v1/sets/mcr.\(format.fileExtension)").status == 200)
        guard format.takes.contains(.family), format.families.contains(.ipv6) else { continue }
        #expect(try await server.curl("/v1/sets/mcr.\(format.fileExtension)?family=6").status == 503)
      }
    }
  }

  @Test("a new generation or status is served at once, and old validators stop matching")
  func publishes() async throws {
    try await TestServer.run { server in
      let first = try await server.curl("/v1/sets/mcr.txt")
      let again = try await server.curl(
        "/v1/sets/mcr.txt", ["-H", "If-None-Match: \(first.fields["etag"] ?? "")"])
      #expect(again.status == 304)
      try server.sets.publish(
        TestServer.published(
          ["150.171.69.10", "150.171.70.10", "20.0.0.0", "20.0.0.1", "2603:1061:f:100::10"], status: .held))
      let held = try await server.curl("/v1/sets/mcr.txt")
      #expect(held.fields["x-postern-status"] == "held")
      #expect(held.fields["etag"] == first.fields["etag"])
      try server.sets.publish(TestServer.published(["20.0.0.9"], generation: 43))
      let second = try await server.curl(
        "/v1/sets/mcr.txt", ["-H", "If-None-Match: \(first.fields["etag"] ?? "")"])
      #expect(second.status == 200)
      #expect(second.text == "20.0.0.9\n")
      #expect(second.fields["x-postern-generation"] == "43")
    }
  }

  @Test("only the documented methods are taken, and the others are told which")
  func methods() async throws {
    try await TestServer.run { server in
      for (method, path, allowed) in [
        ("POST", "/v1/sets/mcr.txt", "GET, HEAD"), ("DELETE", "/v1/sets", "GET, HEAD"),
        ("PUT", "/healthz", "GET, HEAD"),
        ("GET", "/v1/sightings", "POST"), ("OPTIONS", "/v1/sets", "GET, HEAD"),
      ] {
        let reply = try await server.curl(path, ["-X", method])
        #expect(reply.status == 405)
        #expect(reply.fields["allow"] == allowed)
      }
    }
  }

  @Test("pipelined requests are answered in turn, whichever path each takes")
  func pipelining() async throws {
    try await TestServer.run { server in
      _ = try await server.curl("/v1/sets/mcr.txt")
      func get(_ path: String, _ fields: String = "") -> String {
        "GET \(path) HTTP/1.1\r\nHost: x\r\n\(fields)\r\n"
      }
      let text = try await server.raw(
        get("/v1/sets/mcr.txt") + get("/healthz") + get("/v1/sets/mcr.txt", "If-None-Match: *\r\n")
          + get("/v1/sets/mcr.txt", "Content-Length: 3\r\n").replacing("\r\n\r\n", with: "\r\n\r\nabc")
          + get("/v1/sets/mcr.txt") + "HEAD /v1/sets/mcr.txt HTTP/1.1\r\nHost: x\r\n\r\n"
          + get("/nothing", "Connection: close\r\n"), seconds: 5)
      let statuses = text.matches(of: /HTTP\/1\.1 (\d+)/).map { String($0.1) }
      #expect(statuses == ["200", "200", "304", "200", "200", "200", "404"])
      #expect(text.ranges(of: "\r\n\r\n20.0.0.0/31\n").count == 3)
    }
  }

  @Test("requests that are too large or malformed end the connection, and the server goes on")
  func hostile() async throws {
    try await TestServer.run { server in
      let requests = [
        "GET / HTTP/1.1\r\nHost: x\r\nX: \(String(repeating: "a", count: 40_000))\r\n\r\n",
        "GET / HTTP/1.1\r\n" + (0..<200).map { "X\($0): y\r\n" }.joined() + "\r\n",
        "GET /\(String(repeating: "a", count: 100_000)) HTTP/1.1\r\n\r\n",
        "NONSENSE\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "\u{0}\u{1}\u{2}\r\n\r\n",
        "GET /v1/sets/mcr.txt HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      ]
      for request in requests {
        let text = try await server.raw(request)
        #expect(!text.contains("HTTP/1.1 2"), "\(request.prefix(60))")
      }
      #expect(try await server.curl("/healthz").text == "ok\n")
    }
  }

  @Test("the index, the list and the version tell what there is")
  func overview() async throws {
    try await TestServer.run { server in
      #expect(try await server.curl("/").text.contains("/v1/sets/mcr.nft"))
      let list = try await server.curl("/v1/sets")
      let names = try await Tool.run(
        "jq", ["-r", ".sets[] | \"\\(.set) \\(.status)\""], input: Array(list.body))
      #expect(names.lines == ["mcr ok", "pending unpublished"])
      let version = try await server.curl("/v1/sets/mcr/version")
      let generation = try await Tool.run(
        "jq", ["-r", ".generation, .valid_until"], input: Array(version.body))
      #expect(generation.lines == ["42", "2026-11-23T10:00:00Z"])
      let tag = version.fields["etag"] ?? ""
      #expect(try await server.curl("/v1/sets/mcr/version", ["-H", "If-None-Match: \(tag)"]).status == 304)
    }
  }

  @Test("liveness is always ok; readiness says what is wrong, as text or JSON")
  func health() async throws {
    let readiness = Readiness(
      faults: ["set mcr has nothing to publish yet"], warnings: ["upstream 10.0.0.53 fails: timeout"])
    try await TestServer.run(readiness: readiness) { server in
      #expect(try await server.curl("/healthz").status == 200)
      let text = try await server.curl("/readyz")
      #expect(text.status == 503)
      #expect(text.text == "set mcr has nothing to publish yet\nwarning: upstream 10.0.0.53 fails: timeout\n")
      let json = try await server.curl("/readyz", ["-H", "Accept: application/json"])
      #expect(
        json.text
          == "{\"ready\":false,\"faults\":[\"set mcr has nothing to publish yet\"],"
          + "\"warnings\":[\"upstream 10.0.0.53 fails: timeout\"]}\n")
    }
    try await TestServer.run { server in
      let ready = try await server.curl("/readyz")
      #expect(ready.status == 200)
    }
  }

  @Test("metrics count answers of both paths by route and status, and show the sets")
  func metrics() async throws {
    try await TestServer.run { server in
      for _ in 1...3 { _ = try await server.curl("/v1/sets/mcr.txt") }
      _ = try await server.curl("/a/b")
      let text = try await server.curl("/metrics").text
      #expect(text.contains("postern_http_requests_total{route=\"/v1/sets/{set}\",status=\"200\"} 3\n"))
      #expect(text.contains("postern_http_requests_total{route=\"none\",status=\"404\"} 1\n"))
      #expect(text.contains("postern_set_generation{set=\"mcr\"} 42\n"))
      #expect(text.contains("postern_set_addresses{set=\"mcr\",family=\"ipv6\"} 1\n"))
      #expect(text.contains("postern_set_published{set=\"pending\"} 0\n"))
    }
  }

  @Test("a port in use is told in one line with a hint")
  func portInUse() async throws {
    try await TestServer.run { server in
      let second = SetServer(
        Site(sets: server.sets, now: { TestServer.at }),
        listen: [ListenAddress(host: "127.0.0.1", port: server.port)], logger: Logger(label: "test"))
      let error = await #expect(throws: SetServerError.self) { try await second.run() }
      #expect(
        error?.description == """
          can't listen on 127.0.0.1:\(server.port): the port is in use. Try: another port with --listen, or end the \
          other program
          """)
    }
  }
}
