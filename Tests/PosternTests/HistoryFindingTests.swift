import Deciding
import Testing

@testable import Recording
@testable import postern

@Suite struct HistoryFindingTests {
  private static let now = Timestamp(seconds: 1_795_424_400)
  private static let settings = HistorySettings(
    keep: Setting(.seconds(30 * 86_400)), journal: Setting(.seconds(5 * 86_400)),
    maxSize: Setting(20_000_000_000))

  @Test(
    "what isn't kept any more is not told, or a past as short as was asked for is a fault",
    arguments: [
      (3, false, Finding.Level.good, "since 2026-11-20T09:00:00Z, lookups"),
      (30, true, .good, "since 2026-10-24T09:00:00Z, older ones were removed, lookups"),
      (
        10, true, .unwise,
        "since 2026-11-13T09:00:00Z, less than keep (30d) asks for, as older moments were removed, lookups"
      ),
    ] as [(Int64, Bool, Finding.Level, String)])
  func kept(_ days: Int64, _ isShortened: Bool, _ level: Finding.Level, _ text: String) {
    let span = HistorySpan(
      since: Self.now - .seconds(days * 86_400), isShortened: isShortened, replayableSince: Self.now,
      size: 1_000_000)
    let finding = Finding(span, Self.settings, now: Self.now)
    #expect(finding.level == level && finding.sentence.contains(text), "\(finding.sentence)")
  }

  @Test("what the settings do to the past is not said where they are checked")
  func effect() {
    #expect(
      Self.settings.effect
        == "moments can be asked back to 30d, lookups replayed back to 5d, in at most 20GB (beyond, lookups go "
        + "first, then the oldest moments); of what is older, decisions, what still holds and the last 100 "
        + "generations of each set stay")
  }
}
