import Dispatch
import Glibc

/// Runs the kernel's tools. A protocol, so that tests can be the kernel.
package protocol ToolRunning: Sendable {
  /// Runs a program to its end.
  ///
  /// - Throws: `ApplyError.toolMissing`, or `.tool` when it can't be started or doesn't end in time.
  func run(_ tool: String, _ arguments: [String], input: [UInt8]) async throws(ApplyError) -> ToolOutcome
}

/// What a program did.
package struct ToolOutcome: Hashable, Sendable {
  /// Its exit code; 128 and the signal's number when one ended it.
  package let status: Int32
  /// What it printed.
  package let output: [UInt8]
  /// What it complained of.
  package let errors: String

  /// What a program left behind when it ended.
  package init(status: Int32, output: [UInt8] = [], errors: String = "") {
    self.status = status
    self.output = output
    self.errors = errors
  }

  /// The first complaint, for a sentence.
  package var reason: String {
    let line = errors.split(separator: "\n").first.map(String.init) ?? "it ended with \(status)"
    return String(line.prefix(200))
  }
}

/// Runs `nft` and `ipset` of this machine, one at a time.
///
/// Not Foundation's `Process`: a child would inherit the signals that threads of a service block, and could not be
/// ended. Not swift-subprocess: three further packages to build, for one call.
package struct ToolRunner: ToolRunning {
  /// How long a program may take: 65,536 elements take one second.
  private let limit: Duration
  private let queue = DispatchQueue(label: "postern.tools")

  /// - Parameter limit: a program that takes longer is killed.
  package init(limit: Duration = .seconds(60)) { self.limit = limit }

  package func run(_ tool: String, _ arguments: [String], input: [UInt8]) async throws(ApplyError)
    -> ToolOutcome
  {
    let result = await withCheckedContinuation {
      (continuation: CheckedContinuation<Result<ToolOutcome, ApplyError>, Never>) in
      queue.async { [limit] in
        continuation.resume(
          returning: Result { () throws(ApplyError) in
            try ChildProcess(tool, arguments).exchange(input, until: ContinuousClock.now + limit)
          })
      }
    }
    return try result.get()
  }
}

/// One run of a program. Blocks its thread.
private struct ChildProcess {
  let tool: String
  let id: pid_t
  let input: Int32
  let output: Int32
  let errors: Int32

  /// More than a listing of a million elements; a tool that prints without end is stopped there.
  private static let longestOutput = 256 << 20

  init(_ tool: String, _ arguments: [String]) throws(ApplyError) {
    // Fixed folders: a tool that runs with CAP_NET_ADMIN isn't looked for where the caller's PATH leads.
    let folders = ["/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/local/bin", "/usr/bin", "/bin"]
    guard
      let path = folders.map({ folder -> String in "\(folder)/\(tool)" }).first(where: { (path: String) in
        access(path, X_OK) == 0
      })
    else {
      throw .toolMissing(tool)
    }
    let (input, output, errors) = (Pipe(), Pipe(), Pipe())
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    var defaults = sigset_t()
    sigemptyset(&defaults)
    sigaddset(&defaults, SIGPIPE)
    sigaddset(&defaults, SIGTERM)
    posix_spawnattr_setsigdefault(&attributes, &defaults)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, input.reading, 0)
    posix_spawn_file_actions_adddup2(&actions, output.writing, 1)
    posix_spawn_file_actions_adddup2(&actions, errors.writing, 2)
    var words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) } + [nil]
    var settings: [UnsafeMutablePointer<CChar>?] = [
      strdup("PATH=/usr/sbin:/usr/bin:/sbin:/bin"), strdup("LC_ALL=C"), nil,
    ]
    defer { for word in words + settings { free(word) } }
    var id = pid_t()
    let code = posix_spawn(&id, path, &actions, &attributes, &words, &settings)
    for end in [input.reading, output.writing, errors.writing] { close(end) }
    guard code == 0 else {
      for end in [input.writing, output.reading, errors.reading] { close(end) }
      throw .tool(tool, attempt: "be started", reason: String(cString: strerror(code)))
    }
    (self.tool, self.id) = (tool, id)
    (self.input, self.output, self.errors) = (input.writing, output.reading, errors.reading)
    for end in [self.input, self.output, self.errors] { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
  }

  /// Both ends close when a program is started; a pipe that can't be made shows as an end of -1, which poll passes over.
  private struct Pipe {
    let reading: Int32
    let writing: Int32

    init() {
      var ends: [Int32] = [-1, -1]
      _ = pipe(&ends)
      for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
      (reading, writing) = (ends[0], ends[1])
    }
  }

  /// Feeds the program and collects what it says, until it has ended.
  func exchange(_ text: [UInt8], until deadline: ContinuousClock.Instant) throws(ApplyError) -> ToolOutcome {
    var said: [Int32: [UInt8]] = [output: [], errors: []]
    var open: Set<Int32> = [input, output, errors]
    var sent = 0
    func end(_ stream: Int32) {
      close(stream)
      open.remove(stream)
    }
    var isLate = false
    while !open.isEmpty {
      let left = (deadline - ContinuousClock.now) / .milliseconds(1)
      guard left > 0, (said[output]?.count ?? 0) <= Self.longestOutput else {
        isLate = true
        kill(id, SIGKILL)
        for stream in open { end(stream) }
        break
      }
      var polled = open.map { pollfd(fd: $0, events: Int16($0 == input ? POLLOUT : POLLIN), revents: 0) }
      guard poll(&polled, nfds_t(polled.count), Int32(min(left, 60_000))) > 0 else { continue }
      for entry in polled where entry.revents != 0 {
        if entry.fd == input {
          let count = text.withUnsafeBytes { bytes in
            bytes.baseAddress.map { write(input, $0 + sent, min(bytes.count - sent, 65_536)) } ?? 0
          }
          if count > 0 { sent += count }
          // A tool that stops reading has found an error, and says it on its other streams.
          if sent == text.count || count < 0 && errno != EAGAIN && errno != EINTR { end(input) }
        } else {
          var chunk = [UInt8](repeating: 0, count: 65_536)
          let count = read(entry.fd, &chunk, chunk.count)
          if count > 0 { said[entry.fd]?.append(contentsOf: chunk[..<count]) }
          if count == 0 || count < 0 && errno != EAGAIN && errno != EINTR { end(entry.fd) }
        }
      }
    }
    var reported: Int32 = 0
    while waitpid(id, &reported, 0) < 0, errno == EINTR {}
    guard !isLate else { throw .tool(tool, attempt: "end in time", reason: "it was killed") }
    return ToolOutcome(
      status: reported & 0x7f == 0 ? reported >> 8 & 0xff : 128 + (reported & 0x7f),
      output: said[output] ?? [],
      errors: String(decoding: said[errors] ?? [], as: UTF8.self))
  }
}
