/// One thing in a configuration that can't be used, with its place and what would be right.
struct ConfigurationProblem: Sendable, Hashable {
  enum Kind: String, Sendable, Hashable, CaseIterable {
    /// No YAML at all.
    case syntax
    case unknownKey
    case duplicateKey
    /// A mapping where a list belongs, and the like.
    case wrongType
    /// Text that isn't the name, address, duration or other value that it should be.
    case malformed
    case outOfRange
    /// Values that are right each on their own but not together.
    case conflict
    case missing
  }

  let kind: Kind
  let origin: Origin
  /// The key's path, such as `sets.mcr.refresh.floor` or `upstreams[1].address`; empty for the whole file.
  let path: String
  /// What was found and why it isn't right, without a final full stop.
  let sentence: String
  /// What is allowed, or what to do, without a final full stop.
  let remedy: String

  /// `postern.yaml:12:5: sets.mcr.retention: '24x' is no duration. Try: …`.
  var line: String {
    let subject = path.isEmpty ? "" : "\(path): "
    return "\(origin): \(subject)\(sentence). Try: \(remedy)"
  }
}

/// Every problem of a configuration, in the order of their places.
struct ConfigurationError: Error, Sendable, CustomStringConvertible {
  let problems: [ConfigurationProblem]

  /// A line for each problem.
  var description: String { problems.map(\.line).joined(separator: "\n") }
}
