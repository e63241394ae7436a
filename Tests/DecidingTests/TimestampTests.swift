import Deciding
import Testing

@Suite("Moments as text")
struct TimestampTests {
  @Test(
    "Text and number agree both ways",
    arguments: [
      ("1970-01-01T00:00:00Z", 0), ("2026-11-23T08:31:19Z", 1_795_422_679),
      ("2000-02-29T23:59:59Z", 951_868_799),
      ("1969-12-31T23:59:59Z", -1), ("2100-03-01T00:00:00Z", 4_107_542_400),
    ])
  func text(text: String, seconds: Int64) {
    #expect(Timestamp(seconds: seconds).description == text)
    #expect(Timestamp(text) == Timestamp(seconds: seconds))
  }

  @Test("Days, spaces and plain seconds are read")
  func lenient() {
    #expect(Timestamp("2026-11-23") == Timestamp(seconds: 1_795_392_000))
    #expect(Timestamp("2026-11-23 08:31:19") == Timestamp(seconds: 1_795_422_679))
    #expect(Timestamp("1795422679") == Timestamp(seconds: 1_795_422_679))
  }

  @Test(
    "What is no moment is refused",
    arguments: [
      "", "yesterday", "2026-13-01", "2026-02-30", "2026-11-23T25:00:00Z", "2026-11-23T08:31", "-5",
      "2026-1-1",
      "2026-11-23T08:31:19+01:00",
    ])
  func refused(text: String) {
    #expect(Timestamp(text) == nil)
  }
}
