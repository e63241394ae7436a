import ArgumentParser
import DNS
import Deciding
import Foundation
import Recording

struct ApproveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "approve", abstract: "Release what a guard holds.",
    discussion: "The decision is kept for ever with its reason. The service takes it up within seconds.")

  @Argument(help: "The set.")
  var set: String
  @Option(name: .long, help: "Why; kept in the history.")
  var reason = ""
  @OptionGroup var shared: SharedOptions

  func run() async throws {
    let configuration = try shared.load()
    let name = try configuration.setName(set)
    let state = try await configuration.readHistory().setStates().first { $0.set == name }
    guard state?.status == .held else {
      throw CommandFailure(
        .notFound, "nothing of set \(name) is held", try: "'postern diff \(name)' for its last change")
    }
    try await DecisionCommands.record(.approve, name.text, reason, in: configuration)
    Console.line("approved; held were: \(state?.heldReasons.joined(separator: "; ") ?? "")")
  }
}

struct ForgetCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "forget", abstract: "Drop a learned name, or all that names gave of an address.",
    discussion: """
      A learned name is dropped with all that it gave. A configured name, and an address, are dropped until DNS gives \
      them again; 'exclude' of the set in the configuration keeps an address out for good. The decision is kept for \
      ever with its reason.
      """)

  @Argument(help: "A name or an address.")
  var subject: String
  @Option(name: .long, help: "Why; kept in the history.")
  var reason = ""
  @OptionGroup var shared: SharedOptions

  func run() async throws {
    let configuration = try shared.load()
    let now = SystemClock().now
    let history = try configuration.readHistory()
    let text: String
    let isKnown: Bool
    if let address = IPAddress(subject) {
      text = address.description
      isKnown = try await !history.intervals(giving: IPPrefix(address), in: now...now, limit: 1).isEmpty
    } else {
      let name = try DomainName(subject)
      text = name.text
      let isSeen = try await !history.intervals(for: name, in: now...now, limit: 1).isEmpty
      let isLearned = try await history.learnedNames().contains { $0.name == name }
      isKnown = isSeen || isLearned
    }
    let tagged = configuration.sets.filter { $0.policy.isGivenByTags }.map(\.name)
    if !isKnown, let address = IPAddress(subject),
      let set = try await history.memberships(of: address).first(where: {
        $0.left == nil && tagged.contains($0.set)
      })?.set
    {
      throw CommandFailure(
        .notFound, "service tags give \(text) to set \(set), which nothing forgets",
        try: "'exclude: [{ prefix: \(text), reason: … }]' of the set in the configuration")
    }
    guard isKnown else {
      throw CommandFailure(
        .notFound, "nothing is held of \(text)", try: "'postern names', or 'postern explain' for an address")
    }
    try await DecisionCommands.record(.forget, text, reason, in: configuration)
    Console.line("\(text) will be forgotten with the next generation")
  }
}

enum DecisionCommands {
  /// Leaves a decision for the service.
  static func record(
    _ kind: DecisionKind, _ subject: String, _ reason: String, in configuration: Configuration
  )
    async throws
  {
    let store = try HistoryStore.open(path: configuration.historyPath, mode: .decider)
    defer { try? store.close() }
    _ = try await store.record(
      Decision(at: SystemClock().now, kind: kind, subject: subject, reason: reason, by: NSUserName()))
  }
}
