import DNS
import Testing

@testable import Deciding

@Suite struct ReplayComparisonTests {
  @Test("A journal that leads to what was recorded differs in nothing", arguments: [false, true])
  func same(isStrict: Bool) {
    var day = RecordedDay(seed: 21, isStrict: isStrict)
    day.run(steps: 600)
    day.restart()
    day.run(steps: 300)
    let report = compare(day)
    #expect(report.difference == nil)
    #expect(report.gaps.isEmpty && report.forgotten == 0)
    #expect(report.generations == day.recorded.count && report.generations > 10)
    #expect(report.last == day.generations.mapValues { $0.last?.record.generation })
    #expect(report.lookups > 0 && report.steps > report.generations)
  }

  @Test("A generation that holds another address is told, with the step that brought it")
  func altered() throws {
    var day = RecordedDay(seed: 22)
    day.run(steps: 600)
    let set = day.policy.name
    var recorded = try #require(day.generations[set])
    let place = try #require(recorded.indices.last { !recorded[$0].entered.isEmpty })
    let (was, entered) = (recorded[place], recorded[place].entered[0])
    let other = IPPrefix(ip("20.9.9.9"))
    recorded[place] = RecordedGeneration(
      record: GenerationRecord(
        generation: was.record.generation, at: was.record.at, digest: Digest(octets: [1]),
        size: was.record.size),
      entered: was.entered.map { $0 == entered ? other : $0 }, left: was.left)
    let difference = try #require(compare(day, with: [set: recorded]).difference)
    #expect(difference.set == set && difference.generation == was.record.generation)
    #expect(difference.at == was.record.at && difference.recordedAt == was.record.at)
    #expect(difference.missing == [other] && difference.surplus == [entered])
    #expect(difference.isTold)
    let step = try #require(day.entries.first { $0.number == difference.step })
    guard case .lookup(_, _, let answer) = step.content else {
      Issue.record("step \(difference.step) is no lookup")
      return
    }
    #expect(answer.records.contains { $0.address == entered.address })
  }

  @Test("A generation that was recorded and doesn't come out is told, and one that was never recorded")
  func missing() throws {
    var day = RecordedDay(seed: 23)
    day.run(steps: 600)
    let set = day.policy.name
    let recorded = try #require(day.generations[set])
    let last = try #require(recorded.last?.record)
    let lacking = compare(day, with: [set: recorded.dropLast()]).difference
    #expect(lacking?.generation == last.generation && lacking?.at == last.at && lacking?.recordedAt == nil)
    let decided = try #require(day.entries.lastIndex { $0.at == last.at && $0.content == .decided })
    day.entries.remove(at: decided)
    let rest = compare(day, with: [set: recorded]).difference
    #expect(rest?.generation == last.generation && rest?.at == nil && rest?.recordedAt == last.at)
    #expect(compare(day, with: [:]).difference == nil)
  }

  @Test("What isn't kept any more is counted and not taken for a difference")
  func forgotten() throws {
    var day = RecordedDay(seed: 24)
    day.run(steps: 1200)
    let set = day.policy.name
    let recorded = try #require(day.generations[set])
    try #require(recorded.count > 5)
    let report = compare(day, with: [set: Array(recorded.dropFirst(4))])
    #expect(report.difference == nil)
    #expect(report.forgotten == 4 && report.generations == recorded.count - 4)
  }

  @Test("From a start of which too little is kept until the next state nothing is compared")
  func gap() throws {
    var day = RecordedDay(seed: 25)
    day.run(steps: 300)
    day.restart()
    let start = try #require(day.entries.last)
    day.run(steps: 200)
    let (number, state) = day.checkpoint()
    let before = day.recorded.count
    day.run(steps: 300)
    guard case .started(var circumstances) = start.content else { return }
    circumstances.isBroken = true
    let place = try #require(day.entries.firstIndex { $0.number == start.number })
    day.entries[place] = JournalEntry(
      number: start.number, at: start.at, last: start.last, count: 1, content: .started(circumstances))
    let report = compare(day, states: [number: state])
    let end = try #require(day.entries.first { $0.number == number }).at
    #expect(report.difference == nil)
    #expect(report.gaps.map(\.since) == [start.at] && report.gaps.map(\.until) == [end])
    #expect(report.generations < day.recorded.count && report.generations > day.recorded.count - before)
    #expect(compare(day).gaps.map(\.until) == [nil])
  }

  private func compare(
    _ day: RecordedDay, with recorded: [SetName: [RecordedGeneration]]? = nil,
    states: [Int64: RestoredState] = [:]
  ) -> ReplayReport {
    var comparison = ReplayComparison(
      with: recorded ?? day.generations, since: WatchScenario.start, digesting: WatchScenario.digest)
    for entry in day.entries {
      let state = entry.number == 1 ? RestoredState() : states[entry.number]
      guard comparison.take(entry, state: state) else { break }
    }
    comparison.finish()
    return comparison.result
  }
}
