import DNS
import Testing

@testable import Deciding
@testable import postern

@Suite struct ReplayTextTests {
  @Test("Where nothing could be compared, and what isn't kept, stands beside what came out as recorded")
  func gaps() throws {
    var report = ReplayReport(start: Timestamp(seconds: 1_800_000_000))
    report.steps = 7
    report.lookups = 70
    report.generations = 3
    report.last = [try #require(SetName("mcr")): Generation(9)]
    #expect(!ReplayText(report: report).isPartial)
    #expect(
      ReplayText(report: report).text
        == "3 generations came out as recorded (mcr up to generation 9): 70 lookups in 7 steps since 2027-01-15T08:00:00Z"
    )
    var gap = ReplayGap(since: Timestamp(seconds: 1_800_000_060))
    gap.until = Timestamp(seconds: 1_800_000_120)
    report.gaps = [gap, ReplayGap(since: Timestamp(seconds: 1_800_000_180))]
    report.forgotten = 2
    let text = ReplayText(report: report)
    #expect(text.isPartial)
    #expect(
      text.text.split(separator: "\n").dropFirst().map(String.init) == [
        "not compared from 2027-01-15T08:01:00Z to 2027-01-15T08:02:00Z, where the next state is kept: the service started there after a crash, and what it knew isn't kept",
        "not compared from 2027-01-15T08:03:00Z to the end: the service started there after a crash, and what it knew isn't kept",
        "2 more came out, and are not kept any more to be compared",
      ])
    #expect(
      String(decoding: text.json, as: UTF8.self).contains(
        "\"gaps\":[{\"since\":\"2027-01-15T08:01:00Z\",\"until\":\"2027-01-15T08:02:00Z\"},{\"since\":\"2027-01-15T08:03:00Z\",\"until\":null}]"
      ))
  }

  @Test("A difference says what is missing, what is too much, and which step tells of it")
  func difference() throws {
    var report = ReplayReport(start: Timestamp(seconds: 1_800_000_000))
    let moment = Timestamp(seconds: 1_800_000_060)
    report.difference = ReplayDifference(
      set: try #require(SetName("mcr")), generation: Generation(4), at: moment, recordedAt: moment,
      missing: [try #require(IPPrefix("20.1.2.3/32"))], surplus: [try #require(IPPrefix("20.1.2.4/32"))],
      step: 12, isTold: true)
    let text = ReplayText(report: report)
    #expect(!text.isPartial)
    #expect(
      text.text == """
        set mcr, generation 4 differs at 2027-01-15T08:01:00Z; step 12 of the journal told of it
        - 20.1.2.3
        + 20.1.2.4
        """)
    #expect(String(decoding: text.json, as: UTF8.self).contains("\"missing\":[\"20.1.2.3\"]"))
  }
}
