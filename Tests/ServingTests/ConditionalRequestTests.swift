import Deciding
import Testing

@testable import Serving

@Suite struct ConditionalRequestTests {
  private let tag = "\"mcr-42-plain-0011223344556677\""
  private let changed = Timestamp(seconds: 784_111_777)  // Sun, 06 Nov 1994 08:49:37 GMT

  @Test(
    "If-None-Match compares weakly, in lists, and `*` matches anything",
    arguments: [
      ("\"mcr-42-plain-0011223344556677\"", true), ("W/\"mcr-42-plain-0011223344556677\"", true),
      ("\"a\", \"mcr-42-plain-0011223344556677\"", true),
      ("\"a\",W/\"mcr-42-plain-0011223344556677\" ,\"b\"", true),
      ("*", true), (" * ", true), ("\"mcr-42-plain-0011223344556677-gzip\"", false),
      ("mcr-42-plain-0011223344556677", false), ("\"mcr-41-plain-0011223344556677\"", false), ("", false),
      ("\"*\"", false),
    ])
  func ifNoneMatch(value: String, matches: Bool) {
    let request = ConditionalRequest(ifNoneMatch: value)
    #expect(request.isSatisfied(by: tag, lastModified: changed) == matches)
  }

  @Test("If-Modified-Since counts only without If-None-Match")
  func precedence() {
    let date = "Sun, 06 Nov 1994 08:49:37 GMT"
    #expect(ConditionalRequest(ifModifiedSince: date).isSatisfied(by: tag, lastModified: changed))
    #expect(
      !ConditionalRequest(ifNoneMatch: "\"other\"", ifModifiedSince: date).isSatisfied(
        by: tag, lastModified: changed))
  }

  @Test(
    "If-Modified-Since takes the three formats of RFC 9110 and ignores anything else",
    arguments: [
      ("Sun, 06 Nov 1994 08:49:37 GMT", true), ("Sunday, 06-Nov-94 08:49:37 GMT", true),
      ("Sun Nov  6 08:49:37 1994", true), ("Sun, 06 Nov 1994 08:49:38 GMT", true),
      ("Sun, 06 Nov 1994 08:49:36 GMT", false), ("yesterday", false),
      ("Sun, 06 Nov 1994 08:49:37 CET", false),
      ("Sun, 32 Nov 1994 08:49:37 GMT", false), ("0", false), ("", false),
    ])
  func ifModifiedSince(value: String, matches: Bool) {
    #expect(ConditionalRequest(ifModifiedSince: value).isSatisfied(by: tag, lastModified: changed) == matches)
  }

  @Test(
    "gzip goes out only when it is asked for with a quality above 0",
    arguments: [
      (nil, false), ("", false), ("gzip", true), ("GZIP", true), ("x-gzip", true),
      ("deflate, gzip;q=1.0, *;q=0.5", true),
      ("gzip;q=0", false), ("gzip; q=0.000", false), ("gzip;q=0.001", true), ("*", true), ("*;q=0", false),
      ("*;q=0, gzip", true), ("gzip;q=0, *", false), ("br", false), ("identity", false), ("gzipx", false),
    ] as [(String?, Bool)])
  func acceptEncoding(value: String?, accepts: Bool) {
    #expect(ConditionalRequest(acceptEncoding: value).acceptsGzip == accepts)
  }

  @Test(
    "dates are printed as HTTP wants them",
    arguments: [
      (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
      (1_795_424_400, "Mon, 23 Nov 2026 09:00:00 GMT"),
    ])
  func date(seconds: Int64, text: String) {
    #expect(HTTPDate.text(Timestamp(seconds: seconds)) == text)
    #expect(HTTPDate.moment(text) == Timestamp(seconds: seconds))
  }
}
