import Applying
import ArgumentParser
import Deciding
import Foundation
import Logging
import Publishing

struct ApplyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "apply",
    abstract: "Load a set into nftables or ipset, at once and whole, and keep it there.",
    discussion: """
      Reads the set from the history, from a file or from a server, tries the change without effect, loads it in one \
      step and looks at what the kernel holds afterwards. The sets are called <name>4 and <name>6. On any failure the \
      kernel keeps what it has; an empty set is never loaded. Run it again and again (cron), or with --follow, which \
      stays, hears of each generation at once, and puts back what a reload of the firewall took away.
      """)

  @Argument(help: "The set.")
  var set: String
  @OptionGroup var kernel: KernelOptions
  @OptionGroup var source: ApplySource
  @OptionGroup var follow: FollowOptions
  @Flag(name: .long, help: "Only show what would change.")
  var dryRun = false
  @OptionGroup var output: OutputOptions
  @OptionGroup var shared: SharedOptions

  func validate() throws {
    guard follow.url == nil || source.from == nil else {
      throw ValidationError("--from and --follow exclude each other. Try: one of them")
    }
    guard follow.url != nil || !follow.hasOptions else {
      throw ValidationError("--ca, --token-file, --allow-rollback, --poll and --check belong to --follow")
    }
  }

  func run() async throws {
    let configuration = try shared.load()
    guard source.from != nil || follow.url != nil else {
      let name = try configuration.setName(set)
      let loader = SetLoader(try kernel.target(name))
      let stored = try await StoredSet(name, configuration, now: SystemClock().now)
      stored.warnIfHeld()
      return try await load(WantedSet(stored.snapshot), through: loader)
    }
    // A gateway follows sets that its own configuration needn't have.
    guard let name = SetName(set) else {
      throw CommandFailure(.usage, "'\(set)' is no set's name", try: "1 to 26 of a-z 0-9 _ -")
    }
    let loader = SetLoader(try kernel.target(name))
    if source.from != nil {
      return try await load(
        try source.read(name, limit: loader.target.maxElements, key: follow.key), through: loader)
    }
    try await follow(name, configuration.state.value, through: loader)
  }

  private func load(_ wanted: WantedSet, through loader: SetLoader) async throws {
    let changes = dryRun ? try await loader.rehearse(wanted) : try await loader.apply(wanted)
    ChangeText(changes: changes, wanted: wanted, isDryRun: dryRun).write(asJSON: output.json)
  }

  private func follow(_ name: SetName, _ state: String, through loader: SetLoader) async throws {
    var settings = try follow.clientSettings(name)
    settings.maxElements = loader.target.maxElements * loader.target.families.count
    guard !dryRun else {
      return try await FollowClient.with(settings) { client in
        try await load(client.fetch(client.offer()), through: loader)
      }
    }
    // Every step is atomic, so there is nothing to finish: the process may end between any two instructions.
    for number in [SIGTERM, SIGINT] { signal(number) { _ in _exit(0) } }
    try StateFolder.make(state)
    let memory = "\(state)/\(loader.target.memoryName)"
    let lock = try FollowerLock(memory)
    defer { withExtendedLifetime(lock) {} }
    var followerSettings = Follower.Settings(memory: memory, now: { SystemClock().now })
    followerSettings.allowsRollback = follow.allowRollback
    followerSettings.polling = try FollowOptions.span(follow.poll ?? "10s", "--poll")
    followerSettings.check = try FollowOptions.span(follow.check ?? "10s", "--check")
    var logger = Logger(label: "postern.apply", factory: { StreamLogHandler.standardError(label: $0) })
    logger.logLevel = .info
    let taken = try TakenSet.read(memory, set: name, limit: settings.maxElements)
    try await FollowClient.with(settings) { [followerSettings, logger] client in
      try await Follower(followerSettings, client: client, loader: loader, logger: logger).run(taken: taken)
    }
  }
}
