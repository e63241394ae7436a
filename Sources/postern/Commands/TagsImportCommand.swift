import ArgumentParser
import Deciding
import Foundation
import Learning
import Recording

struct TagsImportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Take in Microsoft's file of service tags.",
    discussion: """
      The file's own URL changes every week. The page that offers it doesn't, and is followed to the file: \
      \(TagURL.publicPage) for the public cloud, \(TagURL.chinaPage) for China. A file that is wrong, older than the \
      kept one or much smaller is refused, and the kept one stays. A running service takes it up within seconds. URLs are fetched through the proxy that \
      https_proxy names, unless no_proxy has their host.
      """)

  @Argument(help: "A path, of which * may stand for the newest, or a URL.")
  var place: String
  @Option(
    name: .long, help: ArgumentHelp("Refuse the file of another cloud.", valueName: "public|china|government")
  )
  var cloud: Cloud?
  @Flag(name: .long, help: "Take it also when it is older or much smaller than the kept one.")
  var force = false
  @Option(
    name: [.customLong("ca"), .customLong("roots")],
    help: ArgumentHelp("Authorities in PEM that are trusted beside the system's.", valueName: "file"))
  var roots: String?
  @Option(name: .long, help: ArgumentHelp("How long each request to a URL may take.", valueName: "span"))
  var deadline: String = "3m"
  @OptionGroup var shared: SharedOptions

  func run() async throws {
    let configuration = try shared.load()
    guard let deadline = QuantityText.duration(deadline), deadline > .zero else {
      throw CommandFailure(.usage, "'\(self.deadline)' is no span", try: "--deadline 3m")
    }
    let source = place.contains("://") ? nil : TagFileSource(URL(filePath: place).path)
    let url = source == nil ? try TagURL(place) : nil
    try StateFolder.make(configuration.state.value)
    let store = try Self.open(configuration.historyPath)
    defer { try? store.close() }
    let collector = TagCollector(
      archive: store, clock: SystemClock(), by: NSUserName(), isForced: force, cloud: cloud)
    let result = try await Progress.shown({ "importing" }) { [roots] in
      if let url { return try await collector.take(url, roots: roots, within: deadline) }
      let source = source ?? TagFileSource("")
      return try await collector.take(source, try source.newest())
    }
    let what = "change \(result.file.change) of the \(result.file.cloud) cloud"
    switch result.verdict {
    case .same:
      // A running service takes up that the file is still the current one.
      _ = try await store.record(
        Decision(
          at: SystemClock().now, kind: .importTags, subject: "\(result.file.cloud) \(result.file.change)",
          reason: "again from \(result.source)", by: NSUserName()))
      Console.line("\(what) is kept already, and known to be current")
    case .edition:
      Console.line("took in \(what): \(result.file.tags.count) tags, \(result.file.prefixCount) prefixes")
    }
  }

  /// The history beside a running service, or as the one that writes it.
  private static func open(_ path: String) throws -> HistoryStore {
    do { return try HistoryStore.open(path: path, mode: .writer) } catch HistoryError.writerIsRunning {
      return try HistoryStore.open(path: path, mode: .decider)
    }
  }
}
