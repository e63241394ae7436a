import Yams

/// Collects problems while a file is read, so that all of them are told at once.
final class ProblemCollector {
  let file: String
  private(set) var problems = [ConfigurationProblem]()
  /// Keys that were given again later in the same mapping, by the placeholder that stands for them in the tree.
  var repeatedKeys = [String: String]()

  init(file: String) { self.file = file }

  func add(
    _ kind: ConfigurationProblem.Kind, _ origin: Origin, path: String, _ sentence: String, remedy: String
  ) {
    problems.append(
      ConfigurationProblem(kind: kind, origin: origin, path: path, sentence: sentence, remedy: remedy))
  }
}

/// A node of the YAML tree with its path, read as what it should be. Whatever it isn't is reported, and nil comes back.
struct ConfigurationNode {
  let node: Node
  let path: String
  let collector: ProblemCollector
  /// Where the node, or the key before it, stands.
  let origin: Origin

  init(_ node: Node, path: String, collector: ProblemCollector) {
    self.node = node
    self.path = path
    self.collector = collector
    origin = collector.origin(of: node)
  }

  /// Whether there is nothing: `key:`, `~` or `null`. It counts as not given.
  var isNull: Bool {
    guard case .scalar(let scalar) = node, scalar.style == .plain || scalar.style == .any else {
      return false
    }
    return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
  }

  func fail(_ kind: ConfigurationProblem.Kind, _ sentence: String, remedy: String) {
    collector.add(kind, origin, path: path, sentence, remedy: remedy)
  }

  /// Reads a scalar.
  func value<Value>(_ grammar: ValueGrammar<Value>) -> Value? {
    guard case .scalar(let scalar) = node else {
      fail(.wrongType, "found \(kindOfNode), where one value belongs", remedy: "a single value")
      return nil
    }
    do throws(ValueRejection) { return try grammar.read(scalar.string) } catch {
      fail(error.kind, error.sentence, remedy: error.remedy)
      return nil
    }
  }

  /// Reads each element of a list; the right ones come back even when others are wrong.
  func list<Element>(_ element: (ConfigurationNode) -> Element?) -> [Element]? {
    guard case .sequence(let sequence) = node else {
      let remedy =
        if case .scalar(let scalar) = node { "[\(scalar.string.prefix(60))]" } else {
          "a list: [a, b], or a line '- a' for each"
        }
      fail(.wrongType, "found \(kindOfNode), where a list belongs", remedy: remedy)
      return nil
    }
    return sequence.enumerated().compactMap { index, node in
      element(ConfigurationNode(node, path: "\(path)[\(index)]", collector: collector))
    }
  }

  /// Reads a list of scalars in which nothing stands twice.
  func distinctList<Element: Hashable>(_ grammar: ValueGrammar<Element>) -> [Element]? {
    var seen = Set<Element>()
    return list { element in
      guard let value = element.value(grammar) else { return nil }
      if !seen.insert(value).inserted {
        element.fail(.conflict, "\(value) is listed twice", remedy: "remove one of them")
      }
      return value
    }
  }

  /// What it is, in words.
  var kindOfNode: String {
    switch node {
    case .scalar(let scalar): isNull ? "nothing" : "the value \(quoted(scalar.string))"
    case .mapping: "a mapping"
    case .sequence: "a list"
    case .alias: "an alias"
    }
  }
}

extension ProblemCollector {
  func origin(of node: Node) -> Origin {
    .file(FilePlace(file: file, line: node.mark?.line ?? 1, column: node.mark?.column ?? 1))
  }
}
