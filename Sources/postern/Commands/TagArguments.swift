import ArgumentParser
import Deciding
import Recording

extension Cloud: ExpressibleByArgument {}

extension TagName {
  /// Reads what a person typed.
  init(argument text: String) throws {
    guard let name = TagName(text) else {
      throw CommandFailure(.usage, "'\(text)' can't be a service tag", try: "AzureFrontDoor.FirstParty")
    }
    self = name
  }
}

extension Configuration {
  /// The newest edition of a cloud.
  ///
  /// - Throws: `CommandFailure` when none was imported.
  func tagEdition(of cloud: Cloud) async throws -> TagEdition {
    guard let edition = try await readHistory().currentTags()[cloud] else {
      throw CommandFailure(
        .notFound, "no service tags of the \(cloud) cloud were imported",
        try: "'postern tags import' with Microsoft's file")
    }
    return edition
  }
}

extension TagEdition {
  /// That it has no such tag, with those that look like it.
  func lacks(_ name: TagName) -> CommandFailure {
    let near = file.tags.map(\.name.text).filter { $0.lowercased().contains(name.text.lowercased()) }
    let guess =
      NearestKey.find(name.text, among: file.tags.map(\.name.text)) ?? near.first ?? "'postern tags list'"
    return CommandFailure(.notFound, "the \(file.cloud) cloud has no service tag '\(name)'", try: guess)
  }
}
