import DNS
import Deciding
import Publishing

/// What came of a replay, for people and programs.
struct ReplayText {
  let report: ReplayReport

  var text: String {
    if let difference = report.difference { return Self.text(difference) }
    let sets = report.last.sorted { $0.key < $1.key }.map { "\($0.key) up to generation \($0.value)" }
    let which = sets.isEmpty ? "" : " (\(sets.joined(separator: ", ")))"
    var rest = report.gaps.map { "\n\(Self.text($0))" }.joined()
    if report.forgotten > 0 {
      rest += "\n\(report.forgotten) more came out, and are not kept any more to be compared"
    }
    return
      "\(report.generations) generations came out as recorded\(which): \(report.lookups) lookups in \(report.steps) steps since \(report.start)\(rest)"
  }

  /// Whether there are spans that can't be replayed, and what could be came out as recorded.
  var isPartial: Bool { report.difference == nil && !report.gaps.isEmpty }

  /// One line of JSON.
  var json: [UInt8] {
    var json = JSONText()
    json.beginObject()
    json.timestamp(report.start, "since")
    json.number(report.steps, "steps")
    json.number(report.lookups, "lookups")
    json.number(report.generations, "same_generations")
    json.number(report.forgotten, "forgotten_generations")
    json.beginArray("gaps")
    for gap in report.gaps {
      json.beginObject()
      json.timestamp(gap.since, "since")
      json.timestamp(gap.until, "until")
      json.endObject()
    }
    json.endArray()
    if let difference = report.difference { write(difference, to: &json) } else { json.null("difference") }
    json.endObject()
    json.endLine()
    return json.bytes
  }

  private static func text(_ gap: ReplayGap) -> String {
    let end = gap.until.map { "\($0), where the next state is kept" } ?? "the end"
    return
      "not compared from \(gap.since) to \(end): the service started there after a crash, and what it knew isn't kept"
  }

  private static func text(_ difference: ReplayDifference) -> String {
    let addresses = difference.missing.map { "- \($0)" } + difference.surplus.map { "+ \($0)" }
    let what: String
    switch (difference.at, difference.recordedAt) {
    case (let at?, nil): what = "came out at \(at) and was never recorded"
    case (nil, let recordedAt):
      what = "was recorded at \(recordedAt.map { "\($0)" } ?? "-") and didn't come out"
    case (let at?, let recordedAt?):
      what = addresses.isEmpty ? "came out at \(at), recorded at \(recordedAt)" : "differs at \(at)"
    }
    let why =
      difference.isTold
      ? "step \(difference.step) of the journal told of it"
      : "no step since the generation before tells of it"
    return
      (["set \(difference.set), generation \(difference.generation) \(what); \(why)"]
      + addresses.prefix(20))
      .joined(separator: "\n")
  }

  private func write(_ difference: ReplayDifference, to json: inout JSONText) {
    json.beginObject("difference")
    json.string(difference.set.text, "set")
    json.number(difference.generation.number, "generation")
    json.timestamp(difference.at, "at")
    json.timestamp(difference.recordedAt, "recorded_at")
    json.strings(difference.missing.map(\.description), "missing")
    json.strings(difference.surplus.map(\.description), "surplus")
    json.number(difference.step, "step")
    json.endObject()
  }
}
