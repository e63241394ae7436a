import Yams

/// Reads the keys of a mapping. The keys that it is asked for are the allowed ones: `finish` reports all others.
struct MappingReader {
  private let node: ConfigurationNode
  private var values = [(key: String, keyNode: Node, value: Node)]()
  private var allowed = [String]()

  /// Reports `node` if it is no mapping, and then reads as an empty one.
  init(_ node: ConfigurationNode) {
    self.node = node
    guard case .mapping(let mapping) = node.node else {
      if !node.isNull {
        node.fail(
          .wrongType, "found \(node.kindOfNode), where a mapping belongs",
          remedy: "lines of the form 'key: value'")
      }
      return
    }
    for (keyNode, value) in mapping {
      guard case .scalar(let scalar) = keyNode else {
        node.collector.add(
          .wrongType, node.collector.origin(of: keyNode), path: node.path, "a key is not a word",
          remedy: "lines of the form 'key: value'")
        continue
      }
      values.append((scalar.string, keyNode, value))
    }
    reportRepeatedKeys()
  }

  /// The keys in the file's order, for mappings whose keys are names.
  var keys: [String] { values.map(\.key) }

  /// Whether the key is there, with or without a value.
  func has(_ key: String) -> Bool { values.contains { $0.key == key } }

  /// Where a key stands.
  func origin(of key: String) -> Origin {
    values.first { $0.key == key }.map { node.collector.origin(of: $0.keyNode) } ?? node.origin
  }

  /// What stands under a key; nil when it isn't given.
  mutating func child(_ key: String) -> ConfigurationNode? {
    allowed.append(key)
    guard let value = values.first(where: { $0.key == key })?.value else { return nil }
    let child = ConfigurationNode(value, path: path(to: key), collector: node.collector)
    return child.isNull ? nil : child
  }

  /// Reads the value of a key. `fallback` stands in when the key isn't given, or is wrong and reported.
  mutating func setting<Value: Sendable>(
    _ key: String, default fallback: Value, _ read: (ConfigurationNode) -> Value?
  ) -> Setting<Value> {
    guard let child = child(key), let value = read(child) else { return Setting(fallback) }
    return Setting(value, child.origin)
  }

  /// Reads a scalar.
  mutating func setting<Value: Sendable>(
    _ key: String, default fallback: Value, _ grammar: ValueGrammar<Value>
  ) -> Setting<Value> {
    setting(key, default: fallback) { $0.value(grammar) }
  }

  /// Reads a mapping below a key; an empty one when it isn't given.
  mutating func mapping(_ key: String) -> MappingReader {
    guard let child = child(key) else {
      return MappingReader(
        ConfigurationNode(Node([] as [(Node, Node)]), path: path(to: key), collector: node.collector))
    }
    return MappingReader(child)
  }

  /// Reports a key as missing.
  func missing(_ key: String, remedy: String) {
    node.fail(.missing, "the key '\(key)' is missing", remedy: remedy)
  }

  /// Reports every key that nobody asked for.
  func finish() {
    for (key, keyNode, _) in values where !allowed.contains(key) {
      let remedy = NearestKey.find(key, among: allowed) ?? "one of \(allowed.joined(separator: ", "))"
      node.collector.add(
        .unknownKey, node.collector.origin(of: keyNode), path: node.path, "unknown key \(quoted(key))",
        remedy: remedy)
    }
  }

  func path(to key: String) -> String { node.path.isEmpty ? key : "\(node.path).\(key)" }

  /// Placeholders stand for the earlier of keys that are given twice (see `YAMLTree`).
  private mutating func reportRepeatedKeys() {
    for (placeholder, keyNode, _) in values {
      guard let key = node.collector.repeatedKeys[placeholder] else { continue }
      let last = values.last { $0.key == key }?.keyNode ?? keyNode
      node.collector.add(
        .duplicateKey, node.collector.origin(of: last), path: path(to: key),
        "the key is given twice, first in line \(keyNode.mark?.line ?? 1)", remedy: "remove one of them")
    }
    let repeated = node.collector.repeatedKeys
    values.removeAll { repeated[$0.key] != nil }
  }
}
