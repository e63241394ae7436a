import ArgumentParser
import Logging

struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Run the service: resolve, record, decide, publish over HTTP.")

  @OptionGroup var shared: SharedOptions

  @Option(
    name: .long, help: ArgumentHelp("Where HTTP listens; may be given several times.", valueName: "host:port")
  )
  var listen: [String] = []

  @Option(
    name: .long,
    help: ArgumentHelp(
      "A resolver to ask, with #NAME over TLS; may be given several times.", valueName: "address"))
  var upstream: [String] = []

  @Option(
    name: .long, help: ArgumentHelp("trace, debug, info, notice, warning or error.", valueName: "level"))
  var logLevel: String = "info"

  func validate() throws {
    guard Logger.Level(rawValue: logLevel) != nil else {
      throw ValidationError(
        "'\(logLevel)' is no log level. Try: \(Logger.Level.allCases.map(\.rawValue).joined(separator: ", "))"
      )
    }
  }

  func run() async throws {
    let configuration = try shared.load(listen: listen, upstreams: upstream)
    LoggingSystem.bootstrap(StreamLogHandler.standardError)
    var logger = Logger(label: "postern")
    logger.logLevel = Logger.Level(rawValue: logLevel) ?? .info
    for advice in configuration.advice(ConfigurationFacts(looking: configuration)) {
      logger.notice("legal but unwise", metadata: ["advice": "\(advice.line)"])
    }
    try await App.build(configuration, logger: logger).run()
  }
}
