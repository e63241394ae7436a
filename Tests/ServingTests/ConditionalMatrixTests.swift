import Foundation
import TestTools
import Testing

/// Every kind of conditional request against curl, on every kind of representation, on the slow path and the hot one.
@Suite(.timeLimit(.minutes(5))) struct ConditionalMatrixTests {
  private struct Case {
    let name: String
    /// The fields of the request; `TAG` stands for the representation's entity tag.
    let fields: [String]
    let status: Int
    /// Only for representations with a date.
    var needsDate = false
  }

  private static let same = "Mon, 23 Nov 2026 09:00:00 GMT"
  private static let earlier = "Mon, 23 Nov 2026 08:59:59 GMT"
  private static let later = "Tue, 24 Nov 2026 09:00:00 GMT"

  private static let cases = [
    Case(name: "none", fields: [], status: 200),
    Case(name: "its tag", fields: ["If-None-Match: TAG"], status: 304),
    Case(name: "its tag, weak", fields: ["If-None-Match: W/TAG"], status: 304),
    Case(name: "its tag last", fields: ["If-None-Match: \"a\", W/\"b\",TAG"], status: 304),
    Case(name: "its tag first", fields: ["If-None-Match: TAG, \"a\""], status: 304),
    Case(
      name: "its tag in a second field", fields: ["If-None-Match: \"a\"", "If-None-Match: TAG"], status: 304),
    Case(name: "any", fields: ["If-None-Match: *"], status: 304),
    Case(name: "another", fields: ["If-None-Match: \"a\""], status: 200),
    Case(name: "without quotes", fields: ["If-None-Match: mcr-42"], status: 200),
    Case(name: "empty", fields: ["If-None-Match;"], status: 200),
    Case(name: "a lone quote", fields: ["If-None-Match: \""], status: 200),
    Case(
      name: "many", fields: ["If-None-Match: " + String(repeating: "\"x\", ", count: 1000) + "TAG"],
      status: 304),
    Case(name: "same date", fields: ["If-Modified-Since: \(same)"], status: 304, needsDate: true),
    Case(name: "later date", fields: ["If-Modified-Since: \(later)"], status: 304, needsDate: true),
    Case(name: "earlier date", fields: ["If-Modified-Since: \(earlier)"], status: 200),
    Case(name: "no date", fields: ["If-Modified-Since: yesterday"], status: 200),
    Case(
      name: "another tag, same date", fields: ["If-None-Match: \"a\"", "If-Modified-Since: \(same)"],
      status: 200),
    Case(
      name: "its tag, earlier date", fields: ["If-None-Match: TAG", "If-Modified-Since: \(earlier)"],
      status: 304),
    Case(name: "must be its tag", fields: ["If-Match: TAG"], status: 200),
    Case(name: "must be any", fields: ["If-Match: *"], status: 200),
    Case(name: "must be its tag, weak", fields: ["If-Match: W/TAG"], status: 412),
    Case(name: "must be another", fields: ["If-Match: \"a\""], status: 412),
    Case(
      name: "must be another, holds its tag", fields: ["If-Match: \"a\"", "If-None-Match: TAG"], status: 412),
    Case(name: "must be and holds its tag", fields: ["If-Match: TAG", "If-None-Match: TAG"], status: 304),
    Case(name: "unmodified since same date", fields: ["If-Unmodified-Since: \(same)"], status: 200),
    Case(
      name: "unmodified since earlier date", fields: ["If-Unmodified-Since: \(earlier)"], status: 412,
      needsDate: true),
    Case(
      name: "its tag, unmodified since earlier date",
      fields: ["If-Match: TAG", "If-Unmodified-Since: \(earlier)"], status: 200),
    Case(name: "a range", fields: ["Range: bytes=0-3", "If-Range: TAG"], status: 200),
  ]

  @Test(
    "the answer is the whole, nothing, or a refusal, as RFC 9110 says, and HEAD agrees with GET",
    arguments: [
      ("/v1/sets/mcr.txt", true, false), ("/v1/sets/mcr.txt", true, true),
      ("/v1/sets/mcr.json?family=4", true, true),
      ("/v1/sets/mcr/snapshots/42.nft", true, false), ("/v1/sets/mcr.ipset.sha256", true, false),
      ("/v1/sets/mcr/version", false, false), ("/v1/sets", false, false), ("/openapi.json", false, false),
    ])
  func matrix(path: String, hasDate: Bool, isCompressed: Bool) async throws {
    let addresses = (0..<300).map { "20.0.\($0 / 100).\($0 % 100 * 2)" }
    try await TestServer.run(addresses) { server in
      let coding = isCompressed ? ["-H", "Accept-Encoding: gzip"] : []
      let whole = try await server.curl(path, coding)
      let tag = try #require(whole.fields["etag"])
      #expect(tag.hasPrefix("\"") && tag.hasSuffix("\"") && !tag.hasPrefix("W/"))
      #expect(tag.hasSuffix("-gzip\"") == isCompressed)
      for test in Self.cases where hasDate || !test.needsDate {
        let fields = test.fields.flatMap { ["-H", $0.replacing("TAG", with: tag)] } + coding
        let get = try await server.curl(path, fields)
        #expect(get.status == test.status, "\(test.name)")
        switch get.status {
        case 200: #expect(get.body == whole.body && get.fields["etag"] == tag, "\(test.name)")
        case 304:
          #expect(get.body.isEmpty && get.fields["content-length"] == nil, "\(test.name)")
          for name in ["etag", "cache-control", "vary", "last-modified"] {
            #expect(get.fields[name] == whole.fields[name], "\(test.name)")
          }
        default:
          #expect(get.fields["etag"] == nil && get.fields["cache-control"] == "no-store", "\(test.name)")
        }
        let head = try await server.curl(path, fields + ["-I"])
        #expect(head.status == get.status, "\(test.name)")
        #expect(
          head.fields.filter { $0.key != "date" } == get.fields.filter { $0.key != "date" }, "\(test.name)")
      }
    }
  }

  @Test("curl keeps a copy in step by tag and by date alone")
  func curlCopies() async throws {
    try await TestServer.run { server in
      try await Tool.withFolder { folder in
        let script = """
          cd "$2"; url=http://127.0.0.1:$1/v1/sets/mcr.txt
          get() { curl -fsS -o "$1" -w '%{http_code} ' --etag-compare tag --etag-save tag "$url"; }
          get a; get b; curl -fsS -R -o dated "$url"; curl -fsS -o later -w '%{http_code} ' -z dated "$url"
          test -s a; test ! -s b; test ! -e later -o ! -s later
          """
        let first = try await Tool.shell(script, ["\(server.port)", folder.path])
        #expect(first.text == "200 304 304 ", "\(first.errors)")
      }
    }
  }
}
