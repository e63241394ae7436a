internal import Glibc
internal import Synchronization

/// The right to write one history: an advisory lock on the file `lock` beside it, which the kernel gives back
/// when the process ends, however it ends. The lock file stays, since removing it would let two writers lock
/// two files.
final class WriterLock: Sendable {
  private let descriptor: Mutex<Int32?>

  /// - Throws: `HistoryError.writerIsRunning` when another process holds it, `.cannotOpen` when there is no
  /// way to
  ///   make the file.
  init(beside path: String) throws(HistoryError) {
    let lockPath = Self.path(beside: path)
    let descriptor = open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
    guard descriptor >= 0 else {
      throw .cannotOpen(path: lockPath, detail: String(cString: strerror(errno)))
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      defer { close(descriptor) }
      throw .writerIsRunning(path: path, pid: Self.readProcess(descriptor))
    }
    Self.write(process: getpid(), to: descriptor)
    self.descriptor = Mutex(descriptor)
  }

  deinit { release() }

  /// Gives the lock back; a second call does nothing.
  func release() {
    descriptor.withLock { descriptor in
      if let held = descriptor {
        // A program that is being started holds a copy until its exec; closing ours alone would leave it locked.
        flock(held, LOCK_UN)
        close(held)
      }
      descriptor = nil
    }
  }

  /// The lock file of a history.
  static func path(beside path: String) -> String {
    let directory = path.lastIndex(of: "/").map { path[...$0] } ?? ""
    return directory + "lock"
  }

  private static func readProcess(_ descriptor: Int32) -> Int32? {
    var octets = [UInt8](repeating: 0, count: 16)
    let count = pread(descriptor, &octets, octets.count, 0)
    return Int32(String(decoding: octets.prefix(max(0, count)).prefix { $0 != 0x0a }, as: UTF8.self))
  }

  private static func write(process: Int32, to descriptor: Int32) {
    let octets = Array("\(process)\n".utf8)
    // Only a hint for a person: a full disk must not keep the writer from starting.
    _ = ftruncate(descriptor, 0)
    _ = pwrite(descriptor, octets, octets.count, 0)
  }
}
