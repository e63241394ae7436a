import Deciding
import Testing

@testable import Serving

@Suite struct RouteTests {
  @Test("each documented path leads somewhere")
  func known() throws {
    let mcr = try #require(SetName("mcr"))
    let routes: [(String, Route)] = [
      ("/", .index), ("/v1/sets", .sets), ("/v1/sets/mcr", .set(mcr, ending: nil)),
      ("/v1/sets/mcr.txt", .set(mcr, ending: "txt")),
      ("/v1/sets/mcr.gdc.json", .set(mcr, ending: "gdc.json")),
      ("/v1/sets/mcr/version", .version(mcr)), ("/v1/sets/mcr/changes", .changes(mcr)),
      ("/v1/sets/mcr/diff", .diff(mcr)),
      ("/v1/sets/mcr/snapshots/42.txt", .snapshot(mcr, Generation(42), ending: "txt")), ("/v1/names", .names),
      ("/v1/history", .history), ("/v1/explain", .explain), ("/v1/decisions", .decisions),
      ("/v1/sightings", .sightings),
      ("/healthz", .healthz),
      ("/readyz", .readyz), ("/metrics", .metrics), ("/v1/sets/mcr/events", .events(mcr)),
      ("/v1/sets/mcr/snapshots", .snapshots(mcr)), ("/v1/consumers", .consumers), ("/v1/key", .key),
      ("/openapi.json", .openAPI), ("/v1/sets/mcr.txt.sha256", .set(mcr, ending: "txt.sha256")),
    ]
    for (path, route) in routes { #expect(Route(path: path) == route) }
  }

  @Test(
    "no other path does",
    arguments: [
      "", "//", "v1/sets", "/v1", "/v1/", "/v1/sets/", "/v1//sets", "/v1/sets//mcr.txt", "/v1/sets/../sets",
      "/v1/sets/./mcr.txt", "/v1/sets/%6dcr.txt", "/v1/sets/MCR.txt", "/v1/sets/mcr/",
      "/v1/sets/mcr/version/", "/v1/sets/mcr/diff/", "/v1/sets/mcr.diff/1",
      "/v1/sets/mcr/snapshots/", "/v1/sets/mcr/events/", "/v1/sets/mcr/events2", "/v1/key/", "/openapi.json/",
      "/openapi", "/v1/openapi.json", "/v1/sets/mcr/snapshots/42",
      "/v1/sets/mcr/snapshots/042.txt",
      "/v1/sets/mcr/snapshots/-1.txt", "/v1/sets/mcr/snapshots/0.txt",
      "/v1/sets/mcr/snapshots/99999999999999999999.txt",
      "/v1/sets/-mcr.txt", "/v1/sets/.txt", "/v1/sets/mcr\u{0}.txt", "/healthz/", "/metrics2", "/etc/passwd",
      "/v1/sets/..%2f..%2fetc%2fpasswd",
    ])
  func unknown(path: String) {
    #expect(Route(path: path) == nil)
  }
}
