internal import Glibc

/// A file that is made under another name and gets its own once it is whole and flushed.
struct DraftFile {
  /// Where it is written.
  let path: String
  private let destination: String

  /// Makes an empty draft, mode 0640, in place of a leftover of an earlier crash.
  ///
  /// - Throws: `HistoryError.cannotOpen`.
  init(for destination: String, suffix: String) throws(HistoryError) {
    self.destination = destination
    path = destination + suffix
    discard()
    let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o640)
    guard descriptor >= 0 else { throw failure() }
    fchmod(descriptor, 0o640)  // whatever the umask says
    close(descriptor)
  }

  /// Flushes the draft and moves it to its place in one step.
  func publish() throws(HistoryError) {
    let descriptor = open(path, O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure() }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0, rename(path, destination) == 0 else { throw failure() }
    let directory = open(
      destination.lastIndex(of: "/").map { String(destination[...$0]) } ?? ".", O_RDONLY | O_CLOEXEC)
    guard directory >= 0 else { return }
    fsync(directory)  // so that the new name survives a power cut
    close(directory)
  }

  /// Removes what was written so far.
  func discard() {
    for leftover in [path, path + "-journal"] { unlink(leftover) }
  }

  private func failure() -> HistoryError {
    .cannotOpen(path: path, detail: String(cString: strerror(errno)))
  }
}
