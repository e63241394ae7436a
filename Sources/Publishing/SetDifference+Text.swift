package import Deciding

import DNS

extension SetDifference {
  /// The difference as one JSON object with a final line feed, as `/v1/sets/{set}/diff` and `postern diff --json` give it.
  package func json(of set: SetName) -> [UInt8] {
    var json = JSONText()
    json.beginObject()
    json.string(set.text, "set")
    json.number(from.number, "from")
    json.number(to.number, "to")
    json.strings(entered.map(\.description), "entered")
    json.strings(left.map(\.description), "left")
    json.endObject()
    json.endLine()
    return json.bytes
  }

  /// The difference for people: what it is, then an element a line with `+` or `-`; each line ends with a line feed.
  package func text(of set: SetName) -> String {
    var lines = ["\(set): generation \(from) to \(to)"]
    lines += entered.map { "+ \($0)" }
    lines += left.map { "- \($0)" }
    if entered.isEmpty, left.isEmpty { lines.append("no difference") }
    return lines.map { $0 + "\n" }.joined()
  }
}
