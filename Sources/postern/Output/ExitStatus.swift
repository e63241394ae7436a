import Applying
import ArgumentParser
import DNS
import Deciding
import Foundation
import Learning
import Publishing
import Recording
import Resolving
import Serving

/// The exit codes of the command.
enum ExitStatus: Int32 {
  case done = 0
  case failed = 1
  /// Wrong usage or configuration.
  case usage = 2
  case noTrustworthySet = 3
  case heldByGuard = 4
  case notFound = 5

  /// The one place that decides with which code an error ends the command.
  static func of(_ error: any Error) -> ExitStatus {
    switch error {
    case let failure as CommandFailure: failure.status
    case is ConfigurationError, is RepresentationParameterError, is UpstreamError, is DomainNameError,
      is LineTemplateError, is TemplateError:
      .usage
    case HistoryError.missing: .noTrustworthySet
    case let error as PastError: error.status
    case TagFetchFault.url, TagFetchFault.proxySetting: .usage
    case let error as ApplyError: of(error)
    case is PlainListError, is SignatureFault: .noTrustworthySet
    default:
      switch Postern.exitCode(for: error) {
      case .success: .done
      case .validationFailure: .usage
      default: .failed
      }
    }
  }

  private static func of(_ error: ApplyError) -> ExitStatus {
    switch error {
    case .emptySet: .noTrustworthySet
    case .emptyFamily: .heldByGuard
    case .unusableName, .tooMany: .usage
    case .unlike, .toolMissing, .tool, .notHeld: .failed
    }
  }

  /// Says what failed, on standard error, and ends the process. Help and version go to standard output.
  static func exit(for error: any Error) -> Never {
    // The command has said all that there is to say.
    if let code = error as? ExitCode { Foundation.exit(code.rawValue) }
    let status = of(error)
    switch Postern.exitCode(for: error) {
    case .success: print(Postern.fullMessage(for: error))
    case .validationFailure: Console.error(Postern.fullMessage(for: error))
    default:
      let hint = (error as? PastError).map { ". Try: \($0.hint)" } ?? ""
      Console.error("postern: \(error)\(hint)")
    }
    Foundation.exit(status.rawValue)
  }
}

/// A failure of the command itself: what failed, which thing, and what to try.
struct CommandFailure: Error, CustomStringConvertible {
  let status: ExitStatus
  let description: String

  init(_ status: ExitStatus, _ sentence: String, try hint: String) {
    self.status = status
    description = "\(sentence). Try: \(hint)"
  }

  /// - Parameter text: that says already what to try.
  init(_ status: ExitStatus, _ text: String) {
    self.status = status
    description = text
  }
}
