import Foundation
import Testing

/// A program that a test starts and ends. Not Foundation's `Process`: the threads that tests run on block signals, its
/// children inherit that and then can't be ended, and it needs a run loop to see that one has ended by itself.
final class ChildProgram {
  let id: pid_t
  private var status: Int32?

  /// Starts a program with its output going to a file.
  init(_ path: String, _ arguments: [String], output: String) throws {
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
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    var words = ([path] + arguments).map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    var id = pid_t()
    let code = posix_spawn(&id, path, &actions, &attributes, &words, environ)
    try #require(code == 0, "\(path) could not be started: \(String(cString: strerror(code)))")
    self.id = id
  }

  deinit {
    guard status == nil else { return }
    kill(id, SIGKILL)
    waitpid(id, nil, 0)
  }

  func signal(_ number: Int32) { if status == nil { kill(id, number) } }

  /// Waits until it has ended by itself.
  func ended() async throws {
    while status == nil {
      var status: Int32 = 0
      if waitpid(id, &status, WNOHANG) == id {
        self.status = status
      } else {
        try await Task.sleep(for: .milliseconds(5))
      }
    }
  }

  /// The path of a program that tests need.
  static func path(_ name: String, package: String) throws -> String {
    let places = ["/usr/sbin/", "/usr/bin/", "/usr/local/sbin/", "/usr/local/bin/"].map { $0 + name }
    return try #require(
      places.first { FileManager.default.isExecutableFile(atPath: $0) },
      "\(name) is missing. Try: apt-get install \(package)")
  }
}
