import Yams

/// Reads YAML text into a tree in which each node knows its place.
enum YAMLTree {
  /// The root of the text's one document; nil when there is none, or none that can be read, which is reported.
  ///
  /// Yams stops at the first mapping with a key twice, at the place of the first of them. To report every such key
  /// and everything else too, that key is replaced by a placeholder of the same length, and the text is read again.
  static func root(of text: String, collector: ProblemCollector) -> ConfigurationNode? {
    var text = text
    for attempt in 0..<100 {
      do {
        // With the basic resolver scalars stay text: `yes`, `010` and `1:30` are ours to judge.
        let root = try Yams.compose(yaml: text, .basic, .default, .utf8)
        return root.map { ConfigurationNode($0, path: "", collector: collector) }
      } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
        guard let key = keys.first, let placeholder = Unicode.Scalar(UInt32(0xe000 + attempt)),
          let changed = replace(key, at: context.mark, with: placeholder, in: text)
        else {
          report(
            "the key \(quoted(keys.first ?? "")) is given twice", line: context.mark.line,
            column: context.mark.column, collector)
          return nil
        }
        collector.repeatedKeys[String(repeating: String(placeholder), count: key.unicodeScalars.count)] = key
        text = changed
      } catch {
        report(error, in: text, collector)
        return nil
      }
    }
    report("more than 100 keys are given twice", line: 1, column: 1, collector)
    return nil
  }

  /// The text with the scalar at `mark` replaced; nil when something else stands there, such as an escape.
  private static func replace(
    _ key: String, at mark: Mark, with placeholder: Unicode.Scalar, in text: String
  ) -> String? {
    let scalars = text.unicodeScalars
    var start = scalars.startIndex
    for _ in 1..<mark.line {
      guard let feed = scalars[start...].firstIndex(of: "\n") else { return nil }
      start = scalars.index(after: feed)
    }
    guard var index = scalars.index(start, offsetBy: mark.column - 1, limitedBy: scalars.endIndex),
      index < scalars.endIndex
    else { return nil }
    if scalars[index] == "\"" || scalars[index] == "'" { index = scalars.index(after: index) }
    guard scalars[index...].starts(with: key.unicodeScalars) else { return nil }
    let end = scalars.index(index, offsetBy: key.unicodeScalars.count)
    let replacement = String(repeating: String(placeholder), count: key.unicodeScalars.count)
    return String(scalars[..<index]) + replacement + String(scalars[end...])
  }

  private static func report(_ error: any Error, in text: String, _ collector: ProblemCollector) {
    switch error {
    case YamlError.scanner(_, let problem, let mark, _), YamlError.parser(_, let problem, let mark, _),
      YamlError.composer(_, let problem, let mark, _):
      report(problem, line: mark.line, column: mark.column, collector)
    case YamlError.reader(let problem, let offset, _, _):
      let before = text.prefix(offset ?? 0)
      let line = before.count { $0.isNewline } + 1
      let column = before.reversed().prefix { !$0.isNewline }.count + 1
      report(problem, line: line, column: column, collector)
    default:
      report("the text is not YAML", line: 1, column: 1, collector)
    }
  }

  private static func report(_ problem: String, line: Int, column: Int, _ collector: ProblemCollector) {
    let place = FilePlace(file: collector.file, line: line, column: column)
    collector.add(
      .syntax, .file(place), path: "", problem,
      remedy: "check indentation, quotes and brackets at and above this line")
  }
}
