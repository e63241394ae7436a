import ArgumentParser
import Glibc

/// Keeps firewalls that match only IP addresses in step with DNS names.
@main
struct Postern: AsyncParsableCommand {
  static let version = "0.1.0"
  static let configuration = CommandConfiguration(
    commandName: "postern",
    abstract: "Keep firewalls that match only IP addresses in step with DNS names.",
    discussion: "Start with 'postern serve', or with 'postern resolve' to try it without a service.",
    version: Self.version,
    subcommands: [
      ServeCommand.self, ResolveCommand.self, SetCommand.self, ExportCommand.self, ApplyCommand.self,
      HistoryCommand.self,
      ExplainCommand.self, DiffCommand.self, NamesCommand.self, RetentionCommand.self, SourcesCommand.self,
      TagsCommand.self,
      ObserveCommand.self,
      ApproveCommand.self, FormatsCommand.self, ConsumersCommand.self, KeyCommand.self, VerifyCommand.self,
      ForgetCommand.self, DecisionsCommand.self, ReplayCommand.self, VantagesCommand.self, EventsCommand.self,
      DigestCommand.self, ProfilesCommand.self, ConfigCommand.self, DoctorCommand.self,
    ])

  /// The exit codes are our own, so the parser's are mapped.
  static func main() async {
    // A reader that goes away, as `head` does, shows as an error of write instead of killing us.
    signal(SIGPIPE, SIG_IGN)
    do {
      var command = try parseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch {
      ExitStatus.exit(for: error)
    }
  }
}
