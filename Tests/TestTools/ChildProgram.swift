package import Foundation
internal import Synchronization

/// glibc 2.34 has it, but its header shows it only to those who define _GNU_SOURCE.
@_silgen_name("posix_spawn_file_actions_addclosefrom_np") @discardableResult
private func closeFrom(_ actions: UnsafeMutablePointer<posix_spawn_file_actions_t>, _ first: Int32) -> Int32

/// A program that a test starts and ends, by its process id.
///
/// Not Foundation's `Process`: the threads that tests run on block signals, its children inherit that and can't be
/// ended, and it needs a run loop to see that one has ended by itself.
package final class ChildProgram: Sendable {
  /// The process id.
  package let id: pid_t
  private let status = Mutex<Int32?>(nil)

  /// Where a child reads and writes.
  package struct Streams: Sendable {
    /// A file to read from.
    package var input = "/dev/null"
    /// A file to append to.
    package var output = "/dev/null"
    /// A file to append to; nil for where the output goes.
    package var errors: String?

    package init(input: String = "/dev/null", output: String = "/dev/null", errors: String? = nil) {
      self.input = input
      self.output = output
      self.errors = errors
    }
  }

  /// A program that could not be started.
  package struct NotStarted: Error, CustomStringConvertible {
    package let description: String
  }

  /// Starts a program; when nobody holds this value any more, it is killed.
  ///
  /// - Parameter environment: its whole environment; nil for that of the tests.
  package init(
    _ path: String, _ arguments: [String] = [], environment: [String: String]? = nil,
    _ streams: Streams = Streams()
  ) throws {
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    let appending = O_WRONLY | O_CREAT | O_APPEND
    posix_spawn_file_actions_addopen(&actions, 0, streams.input, O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, streams.output, appending, 0o600)
    if let errors = streams.errors {
      posix_spawn_file_actions_addopen(&actions, 2, errors, appending, 0o600)
    } else {
      posix_spawn_file_actions_adddup2(&actions, 1, 2)
    }
    // A listening socket of another test that lives on in a child would never refuse a connection.
    closeFrom(&actions, 3)
    var words = ([path] + arguments).map { strdup($0) } + [nil]
    let variables = (environment ?? ProcessInfo.processInfo.environment).map { "\($0.key)=\($0.value)" }
    var settings = variables.map { strdup($0) } + [nil]
    defer { for word in words + settings { free(word) } }
    var id = pid_t()
    let code = posix_spawn(&id, path, &actions, &attributes, &words, &settings)
    guard code == 0 else {
      throw NotStarted(description: "\(path) could not be started: \(String(cString: strerror(code)))")
    }
    self.id = id
  }

  deinit {
    guard status.withLock({ $0 }) == nil else { return }
    kill(id, SIGKILL)
    waitpid(id, nil, 0)
  }

  /// Whether its end has been noticed.
  package var hasEnded: Bool { status.withLock { $0 != nil } }

  /// Sends a signal, unless it has ended.
  package func signal(_ number: Int32) {
    status.withLock { status in
      if status == nil { kill(id, number) }
    }
  }

  /// Waits until it has ended, and gives back its exit code; 128 and the signal's number when one ended it.
  @discardableResult
  package func ended() async throws -> Int32 {
    while true {
      let code = status.withLock { status -> Int32? in
        var reported: Int32 = 0
        if status == nil, waitpid(id, &reported, WNOHANG) == id {
          status = reported & 0x7f == 0 ? reported >> 8 & 0xff : 128 + (reported & 0x7f)
        }
        return status
      }
      if let code { return code }
      try await Task.sleep(for: .milliseconds(3))
    }
  }

  /// The path of a program that tests need.
  package static func path(_ name: String) throws -> String {
    let folders = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"]
    let places = name.hasPrefix("/") ? [name] : folders.map { "\($0)/\(name)" }
    guard let path = places.first(where: FileManager.default.isExecutableFile(atPath:)) else {
      throw Tool.Missing(name: name)
    }
    return path
  }
}
