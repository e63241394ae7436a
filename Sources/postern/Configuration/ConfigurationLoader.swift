import Foundation
import Yams

/// Makes the configuration out of a file, the environment and the command line.
enum ConfigurationLoader {
  /// Configurations are written by hand; more than this is some other file. In octets.
  static let largestFile = 1 << 20

  /// The file to read: what `--config` says, else `POSTERN_CONFIG`; nil for the built-in default.
  static func path(option: String?, environment: [String: String]) -> String? {
    option ?? environment["POSTERN_CONFIG"].flatMap { $0.isEmpty ? nil : $0 }
  }

  /// Reads the file, if one is named, and puts the environment and the command line over it.
  ///
  /// - Throws: `ConfigurationError` with every problem, also when the file can't be read.
  static func load(
    option: String?, overrides: ConfigurationOverrides = ConfigurationOverrides(),
    environment: [String: String],
    userID: UInt32
  ) throws(ConfigurationError) -> Configuration {
    let path = path(option: option, environment: environment)
    let text: String?
    if let path { text = try read(path) } else { text = nil }
    return try configuration(
      text: text, file: path, overrides: overrides, environment: environment, userID: userID)
  }

  /// The configuration that `text` describes; pure. Nil text, and empty text, mean the built-in default.
  static func configuration(
    text: String?, file: String? = nil, overrides: ConfigurationOverrides = ConfigurationOverrides(),
    environment: [String: String] = [:], userID: UInt32 = 0
  ) throws(ConfigurationError) -> Configuration {
    let collector = ProblemCollector(file: file ?? "configuration")
    let state = StateDirectory.byDefault(environment: environment, userID: userID)
    let root = YAMLTree.root(of: text ?? "", collector: collector) ?? .empty(collector)
    // A tree that can't be read says nothing about what is in it.
    guard collector.problems.isEmpty else { throw ConfigurationError(problems: collector.problems) }
    let configuration = ConfigurationReader.configuration(
      MappingReader(root), file: file, defaultState: state, collector: collector
    )
    .overridden(by: overrides, environment: environment, collector: collector)
    configuration.checkListeners(collector)
    if configuration.state.value.isEmpty, collector.problems.isEmpty {
      collector.add(
        .missing, .builtIn, path: "state", "there is no home folder to keep the database in",
        remedy: "--state FOLDER, or POSTERN_STATE")
    }
    guard collector.problems.isEmpty else { throw ConfigurationError(problems: collector.inOrder) }
    return configuration
  }

  private static func read(_ path: String) throws(ConfigurationError) -> String {
    func failure(_ sentence: String, _ remedy: String) -> ConfigurationError {
      ConfigurationError(problems: [
        ConfigurationProblem(
          kind: .missing, origin: .file(FilePlace(file: path, line: 1, column: 1)), path: "",
          sentence: sentence,
          remedy: remedy)
      ])
    }
    let contents: Data
    do {
      let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      defer { try? handle.close() }
      contents = try handle.read(upToCount: largestFile + 1) ?? Data()
    } catch {
      let reason =
        FileManager.default.fileExists(atPath: path)
        ? "it is no file that can be read" : "there is no such file"
      throw failure(reason, "--config with another file, or check its owner and mode")
    }
    guard contents.count <= largestFile else {
      throw failure("the file is larger than 1 MiB", "--config with a configuration file")
    }
    guard let text = String(data: contents, encoding: .utf8) else {
      throw failure("the file is not UTF-8", "save it as UTF-8")
    }
    return text
  }
}

extension ConfigurationNode {
  /// A file with nothing in it.
  static func empty(_ collector: ProblemCollector) -> ConfigurationNode {
    ConfigurationNode(Node([] as [(Node, Node)]), path: "", collector: collector)
  }
}

extension ProblemCollector {
  /// The problems of the file from top to bottom, then the others.
  var inOrder: [ConfigurationProblem] {
    let places = problems.enumerated().map { index, problem -> (FilePlace?, Int, ConfigurationProblem) in
      if case .file(let place) = problem.origin { (place, index, problem) } else { (nil, index, problem) }
    }
    return places.sorted { left, right in
      switch (left.0, right.0) {
      case (let left?, let right?) where left != right: left < right
      case (.some, nil): true
      case (nil, .some): false
      default: left.1 < right.1
      }
    }
    .map(\.2)
  }
}
