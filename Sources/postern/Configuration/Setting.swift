/// A configured value and who decided it.
struct Setting<Value: Sendable>: Sendable {
  let value: Value
  let origin: Origin

  init(_ value: Value, _ origin: Origin = .builtIn) {
    self.value = value
    self.origin = origin
  }

  func map<Other: Sendable>(_ transform: (Value) -> Other) -> Setting<Other> {
    Setting<Other>(transform(value), origin)
  }
}

extension Setting: Equatable where Value: Equatable {}

/// Where a value came from, for people who ask why it is what it is.
enum Origin: Sendable, Hashable, CustomStringConvertible {
  /// Nobody gave it.
  case builtIn
  case file(FilePlace)
  /// An environment variable, such as `POSTERN_STATE`.
  case environment(String)
  /// An option, such as `--listen`.
  case commandLine(String)

  var description: String {
    switch self {
    case .builtIn: "default"
    case .file(let place): place.description
    case .environment(let variable): "environment \(variable)"
    case .commandLine(let option): "command line \(option)"
    }
  }
}

/// A position in the configuration file. Lines and columns start at 1; columns count Unicode scalars.
struct FilePlace: Sendable, Hashable, Comparable, CustomStringConvertible {
  let file: String
  let line: Int
  let column: Int

  /// `postern.yaml:12:5`, which editors can jump to.
  var description: String { "\(file):\(line):\(column)" }

  static func < (left: FilePlace, right: FilePlace) -> Bool {
    (left.line, left.column) < (right.line, right.column)
  }
}
