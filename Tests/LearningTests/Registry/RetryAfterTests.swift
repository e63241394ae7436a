import Deciding
import Testing

@testable import Learning

struct RetryAfterTests {
  static let now = Timestamp(seconds: 1_795_424_400)  // 2026-11-23T09:00:00Z

  @Test(
    "Seconds and dates are read, and bounded to between a minute and a day",
    arguments: [
      ("120", 120), (" 120\t", 120), ("0", 60), ("59", 60), ("86401", 86_400),
      ("99999999999999999999999999", 86_400),
      ("Mon, 23 Nov 2026 09:10:00 GMT", 600), ("Mon, 23 Nov 2026 08:00:00 GMT", 60),
      ("Wed, 23 Nov 2044 08:00:00 GMT", 86_400),
    ])
  func read(_ text: String, _ seconds: Int64) {
    #expect(RetryAfter.read(text, at: Self.now) == .seconds(seconds))
  }

  @Test(
    "What can't be read counts as a quarter of an hour",
    arguments: [
      nil, "", " ", "-1", "1.5", "soon", "12 s", "Mon, 23 Nov 2026 09:10:00", "Mon, 31 Feb 2026 09:10:00 GMT",
      "Monday, 23-Nov-26 09:10:00 GMT", "Mon, 23 Nov 2026 25:10:00 GMT", "١٢",
      String(repeating: "1", count: 65),
    ])
  func unreadable(_ text: String?) {
    #expect(RetryAfter.read(text, at: Self.now) == RetryAfter.unsaid)
  }

  @Test("A date is read to the second")
  func date() {
    #expect(RetryAfter.date("Sun, 06 Nov 1994 08:49:37 GMT") == Timestamp(seconds: 784_111_777))
  }
}
