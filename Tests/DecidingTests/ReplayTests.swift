import DNS
import Testing

@testable import Deciding

@Suite struct ReplayTests {
  @Test(
    "A day of answers, failures, pauses and decisions gives the same generations again", arguments: 0..<8)
  func same(seed: UInt64) {
    var day = RecordedDay(seed: seed)
    day.run(steps: 1200)
    #expect(day.scenario.stored.flatMap(\.publications).count > 10)
    #expect(day.difference == nil)
  }

  @Test("A replay from a checkpoint goes on as one from the start", arguments: 0..<4)
  func checkpoint(seed: UInt64) throws {
    var day = RecordedDay(seed: 100 + seed)
    day.run(steps: 800)
    let (number, state) = day.checkpoint()
    let before = day.recorded.count
    day.run(steps: 800)
    #expect(day.recorded.count > before)
    #expect(day.replayed(from: number, state) == Array(day.recorded.dropFirst(before)))
    #expect(day.difference == nil)
  }

  @Test(
    "A start whose state is not stored beside it is replayed from what the replay knows", arguments: 0..<2)
  func restart(seed: UInt64) {
    var day = RecordedDay(seed: 7 + seed)
    day.run(steps: 500)
    day.restart()
    day.run(steps: 500)
    #expect(day.difference == nil)
  }

  @Test(
    "A day with sudden addresses, tags that bound, lies, refusals and new configurations gives the same generations",
    arguments: 0..<6)
  func strict(seed: UInt64) {
    var day = RecordedDay(seed: 1000 + seed, isStrict: true)
    for _ in 0..<3 {
      day.run(steps: 200, refusing: 4)
      if seed.isMultiple(of: 2) { day.reconfigure() }
    }
    let (number, state) = day.checkpoint()
    let before = day.recorded.count
    day.run(steps: 200, refusing: 4)
    #expect(day.recorded.count > before)
    #expect(day.replayed(from: number, state) == Array(day.recorded.dropFirst(before)))
    #expect(day.difference == nil)
  }

  @Test(
    "A day on which each new configuration excludes other addresses gives the same generations",
    arguments: 0..<6)
  func excluding(seed: UInt64) {
    var day = RecordedDay(seed: 3000 + seed, isStrict: true, isExcluding: true)
    for _ in 0..<4 {
      day.run(steps: 150, refusing: 4)
      day.reconfigure()
    }
    day.run(steps: 150)
    #expect(day.recorded.count > 10)
    #expect(day.difference == nil)
  }

  @Test("Whatever is under way at a checkpoint goes on in a replay from there", arguments: 0..<16)
  func underWay(seed: UInt64) {
    var day = RecordedDay(seed: 2000 + seed, isStrict: true)
    day.run(steps: 100, refusing: 3)
    let (number, state) = day.checkpoint()
    let before = day.recorded.count
    day.run(steps: 100, refusing: 3)
    #expect(day.replayed(from: number, state) == Array(day.recorded.dropFirst(before)))
  }

  @Test("Lookups that tell the same are one step, however often they are asked")
  func runs() {
    var day = RecordedDay(seed: 1, isQuiet: true)
    day.run(steps: 2000)
    #expect(day.entries.count < 40)
    #expect(day.difference == nil)
  }

  @Test("An altered step is a difference")
  func altered() throws {
    var day = RecordedDay(seed: 3)
    day.run(steps: 1000)
    let index = try #require(
      day.entries.firstIndex { entry in
        if case .lookup(_, _, let answer) = entry.content {
          answer.records.contains { $0.address == ip("20.0.0.1") }
        } else {
          false
        }
      })
    let entry = day.entries[index]
    guard case .lookup(let question, let vantage, let answer) = entry.content else { return }
    let forged = answer.records.map {
      ResourceRecord(owner: $0.owner, type: $0.type, ttl: $0.ttl, data: .address(ip("20.9.9.9")))
    }
    day.entries[index] = JournalEntry(
      number: entry.number, at: entry.at, last: entry.last, count: entry.count,
      content: .lookup(question, vantage, JournalAnswer(outcome: answer.outcome, records: forged)))
    #expect(day.difference != nil)
  }

  @Test("A batch that the history refused is replayed as what was stored in the end")
  func refused() {
    var day = RecordedDay(seed: 5)
    day.run(steps: 500, refusing: 3)
    #expect(day.difference == nil)
  }

  @Test("A replay over a start with another probation gives the same generations", arguments: 0..<2)
  func probation(seed: UInt64) {
    var day = RecordedDay(seed: 4000 + seed, isStrict: true)
    var probations = [Duration]()
    for probation in [5, 3600, 30] as [Int64] {
      day.run(steps: 250, refusing: 4)
      day.restart(probation: .seconds(probation))
    }
    day.run(steps: 250)
    for entry in day.entries {
      if case .started(let circumstances) = entry.content {
        probations.append(circumstances.limits.probation)
      }
    }
    #expect(probations == [600, 5, 3600, 30].map { .seconds($0) })
    #expect(day.recorded.count > 10)
    #expect(day.difference == nil)
  }

  @Test("A trial of the recorded policy differs in nothing, and a shorter retention holds less")
  func trial() {
    var day = RecordedDay(seed: 11)
    day.run(steps: 2500, isPrompt: true)
    let same = day.trial(of: day.policy).result
    // It decides at once, where the service lets changes gather, so it may have a generation more.
    #expect(same.averageAddresses(same.recorded) == same.averageAddresses(same.tried))
    #expect(same.recorded.lackingAnswers == same.tried.lackingAnswers)
    #expect(same.mostMore == 0 && same.mostLess == 0)
    let shorter = day.trial(of: RecordedDay.policy(retention: .seconds(300))).result
    #expect(shorter.averageAddresses(shorter.tried) < shorter.averageAddresses(shorter.recorded))
    #expect(shorter.tried.lackingAnswers >= shorter.recorded.lackingAnswers)
    let longer = day.trial(of: RecordedDay.policy(retention: .seconds(36_000))).result
    #expect(longer.averageAddresses(longer.tried) > longer.averageAddresses(longer.recorded))
    #expect(longer.tried.lackingAnswers <= longer.recorded.lackingAnswers)
  }

  @Test("A trial tells the same, whether the recorded generations are known or replayed", arguments: 0..<6)
  func figures(seed: UInt64) {
    var day = RecordedDay(seed: 3000 + seed, isStrict: seed % 3 == 2)
    day.run(steps: 400, refusing: 5)
    if seed.isMultiple(of: 2) { day.restart() }
    day.run(steps: 400)
    for isReplayed in [false, true] {
      let texts = [300, 9000].map { (retention: Int64) in
        Self.text(
          day.trial(of: day.policy(retention: .seconds(retention)), isRecordedReplayed: isReplayed).result)
      }
      #expect(texts == Self.expected[Int(seed)])
    }
  }

  /// Of what was recorded and of what was tried: generations, answers with an address that was lacking, addresses over the
  /// milliseconds.
  private static let expected = [
    [
      "20524913 622, 27 59 296056141, 39 51 211874738, 8 14",
      "20524913 622, 27 59 296056141, 28 51 336449537, 16 0",
    ],
    [
      "11472616 563, 11 48 155193136, 20 47 135884085, 8 5",
      "11472616 563, 11 48 155193136, 14 46 155660885, 8 0",
    ],
    [
      "16404703 1261, 21 576 234405314, 46 554 160543937, 14 14",
      "16404703 1261, 21 576 234405314, 33 537 278693180, 29 6",
    ],
    [
      "19766400 630, 18 66 304680613, 29 61 264721467, 8 12",
      "19766400 630, 18 66 304680613, 24 61 330457895, 12 0",
    ],
    [
      "22553573 651, 26 52 402246650, 40 49 229107872, 8 16",
      "22553573 651, 26 52 402246650, 25 49 484886080, 12 0",
    ],
    [
      "25256168 933, 28 445 550296669, 66 482 261482531, 16 20",
      "25256168 933, 28 445 550296669, 33 436 560005954, 11 27",
    ],
  ]

  private static func text(_ report: PolicyTrialReport) -> String {
    func text(_ side: PolicyTrialReport.Side) -> String {
      "\(side.generations) \(side.lackingAnswers) \(Int(side.addressTime))"
    }
    return
      "\(report.span.milliseconds) \(report.answers), \(text(report.recorded)), \(text(report.tried)), \(report.mostMore) \(report.mostLess)"
  }
}
