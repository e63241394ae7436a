import Deciding
import Publishing

/// How a set would have differed under another policy, for people and programs.
struct TrialText {
  let set: SetName
  let report: PolicyTrialReport
  let start: Timestamp

  var text: String {
    let (was, would) = (report.averageAddresses(report.recorded), report.averageAddresses(report.tried))
    return """
      set \(set), from \(start) for \(Self.span(report.span)), \(report.answers) answers with addresses
                                          recorded  tried
      generations                         \(pad(report.recorded.generations))  \(report.tried.generations)
      addresses on average                \(pad(Self.short(was)))  \(Self.short(would))
      answers with an address it lacked   \(pad(report.recorded.lackingAnswers))  \(report.tried.lackingAnswers)
      At most \(report.mostMore) more addresses than recorded, and at most \(report.mostLess) fewer.
      """
  }

  /// One line of JSON.
  var json: [UInt8] {
    var json = JSONText()
    json.beginObject()
    json.string(set.text, "set")
    json.timestamp(start, "since")
    json.number(report.span.milliseconds / 1000, "seconds")
    json.number(report.answers, "answers")
    json.beginObject("recorded")
    write(report.recorded, to: &json)
    json.endObject()
    json.beginObject("tried")
    write(report.tried, to: &json)
    json.endObject()
    json.number(report.mostMore, "most_more")
    json.number(report.mostLess, "most_less")
    json.endObject()
    json.endLine()
    return json.bytes
  }

  private func write(_ side: PolicyTrialReport.Side, to json: inout JSONText) {
    json.number(side.generations, "generations")
    json.decimal(report.averageAddresses(side), "average_addresses")
    json.number(side.lackingAnswers, "lacking_answers")
  }

  private func pad(_ value: some CustomStringConvertible) -> String {
    let text = value.description
    return String(repeating: " ", count: max(0, 8 - text.count)) + text
  }

  private static func short(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }

  /// Whole hours, or seconds of what is shorter.
  private static func span(_ span: Duration) -> String {
    let seconds = span.components.seconds
    return seconds >= 7200 ? "\(seconds / 3600)h" : "\(seconds)s"
  }
}
