import ArgumentParser
import DNS
import Deciding
import Publishing

struct ProfilesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "profiles", abstract: "The profiles that are built in.")

  @Argument(help: "Show only this one.")
  var profile: String?
  @OptionGroup var output: OutputOptions

  func run() throws {
    let shown = Profile.builtIn.filter { profile == nil || $0.id == profile }
    guard !shown.isEmpty else {
      throw CommandFailure(
        .notFound, "there is no profile '\(profile ?? "")'",
        try: Profile.builtIn.map(\.id).joined(separator: ", "))
    }
    for profile in shown { output.json ? Console.write(profile.json) : Self.show(profile) }
  }

  private static func show(_ profile: Profile) {
    Console.line("\(profile.id): \(profile.title)")
    Console.line("  watches   \(profile.selectors.map(\.description).joined(separator: ", "))")
    if !profile.seeds.isEmpty {
      Console.line("  seeds     \(profile.seeds.map(\.text).joined(separator: "\n            "))")
    }
    if !profile.expectedAliasSuffixes.isEmpty {
      Console.line("  aliases   \(profile.expectedAliasSuffixes.map(\.text).joined(separator: ", "))")
    }
    if !profile.expectedServiceTags.isEmpty {
      Console.line("  tags      \(profile.expectedServiceTags.joined(separator: ", "))")
    }
    Console.line("  source    \(profile.source.url) (\(profile.source.date))")
    for note in profile.notes { Console.line("  note      \(note)") }
  }
}

extension Profile {
  /// One line of JSON.
  fileprivate var json: [UInt8] {
    var json = JSONText()
    json.beginObject()
    json.string(id, "profile")
    json.string(title, "title")
    json.strings(selectors.map(\.description), "selectors")
    json.strings(seeds.map(\.text), "seeds")
    json.strings(expectedAliasSuffixes.map(\.text), "expected_alias_suffixes")
    json.strings(expectedServiceTags, "expected_service_tags")
    json.string(source.url, "source")
    json.string(source.date, "dated")
    json.strings(notes, "notes")
    json.endObject()
    json.endLine()
    return json.bytes
  }
}
