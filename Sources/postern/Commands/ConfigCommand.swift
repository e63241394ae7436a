import ArgumentParser
import Deciding
import Publishing

struct ConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config", abstract: "What is configured, and what is wrong or unwise about it.",
    subcommands: [Check.self, Show.self])

  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Report every problem with its place, and what is legal but unwise.")

    @OptionGroup var shared: SharedOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
      let configuration: Configuration
      do { configuration = try shared.load() } catch let error as ConfigurationError where output.json {
        for problem in error.problems {
          Self.write("problem", "\(problem.origin)", problem.path, problem.sentence, problem.remedy)
        }
        throw ExitCode(ExitStatus.usage.rawValue)
      }
      let advice = configuration.advice(ConfigurationFacts(looking: configuration))
      for piece in advice {
        if output.json {
          Self.write("advice", "\(piece.origin)", piece.path, piece.sentence, piece.remedy)
        } else {
          Console.line("unwise: \(piece.line)")
        }
      }
      guard !output.json else { return }
      let place = configuration.file ?? "the built-in default"
      let sets = configuration.enabledSets.map(\.name.text).joined(separator: ", ")
      Console.line("\(place) is valid; enabled sets: \(sets.isEmpty ? "none" : sets)")
      Console.line("history: \(configuration.history.effect)")
    }

    private static func write(
      _ kind: String, _ place: String, _ key: String, _ sentence: String, _ remedy: String
    ) {
      var json = JSONText()
      json.beginObject()
      json.string(kind, "kind")
      json.string(place, "place")
      json.string(key, "key")
      json.string(sentence, "sentence")
      json.string(remedy, "try")
      json.endObject()
      json.endLine()
      Console.write(json.bytes)
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print the effective configuration, each value with where it came from.")

    @OptionGroup var shared: SharedOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
      let configuration = try shared.load()
      let text = output.json ? configuration.shownAsJSON() : configuration.shownAsYAML()
      Console.line(text.hasSuffix("\n") ? String(text.dropLast()) : text)
    }
  }
}
