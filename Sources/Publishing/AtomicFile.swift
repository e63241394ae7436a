package import Deciding

import Glibc

/// A file that readers see either as it was or as it shall be, and never half.
///
/// The new content is written beside the old one, synced, and renamed over it. Blocks on the disk: call it from the
/// command, not from a server's event loop.
package struct AtomicFile: Sendable {
  /// Where the content goes. A symbolic link is followed, and its target replaced.
  package let path: String

  /// Touches nothing: what is wrong with the path is told by `replace`.
  package init(_ path: String) { self.path = path }

  /// What became of the file.
  package enum Result: String, Hashable, Sendable {
    /// It now holds the new bytes: `--on-change` commands run.
    case written
    /// It already held these bytes: neither content nor time was touched.
    case unchanged
  }

  /// Puts `content` into the file unless it is there already.
  ///
  /// An existing file keeps its mode and, where this process may give files away, its owner; a new one gets `mode`.
  /// - Parameter modified: the time that the content dates from, so that `If-Modified-Since` and `curl --time-cond`
  ///   work on copies.
  /// - Throws: `AtomicFileError`. The old file is whole then, and the new one's remains are gone.
  package func replace(
    with content: [UInt8], modified: Timestamp, mode: UInt32 = 0o644
  ) throws(AtomicFileError) -> Result {
    let target = try resolved()
    var old = stat()
    let exists = stat(target, &old) == 0
    if exists {
      guard old.st_mode & S_IFMT == S_IFREG else { throw AtomicFileError(path, .notAFile) }
      if old.st_size == content.count, holds(content, at: target) { return .unchanged }
    }
    let folder = Self.folder(of: target)
    let draft = "\(target).\(getpid()).new"
    let file = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode_t(0o600))
    guard file >= 0 else { throw AtomicFileError(path, errno, at: "create") }
    do throws(AtomicFileError) {
      defer { close(file) }
      try write(content, to: file)
      // Giving away to another owner needs root; without it the file stays ours, as with any editor.
      if exists { _ = fchown(file, old.st_uid, old.st_gid) }
      guard fchmod(file, exists ? old.st_mode & 0o7777 : mode_t(mode)) == 0 else {
        throw AtomicFileError(path, errno, at: "set the mode of")
      }
      let time = timespec(
        tv_sec: Int(modified.seconds),
        tv_nsec: Int(modified.milliseconds - modified.seconds * 1000) * 1_000_000)
      guard futimens(file, [time, time]) == 0 else { throw AtomicFileError(path, errno, at: "date") }
      guard fsync(file) == 0 else { throw AtomicFileError(path, errno, at: "sync") }
    } catch {
      unlink(draft)
      throw error
    }
    guard rename(draft, target) == 0 else {
      let code = errno
      unlink(draft)
      throw AtomicFileError(path, code, at: "replace")
    }
    // The rename itself must reach the disk too (rename(2), fsync(2)); the content is in place whatever comes of it.
    let directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if directory >= 0 {
      fsync(directory)
      close(directory)
    }
    return .written
  }

  private func write(_ content: [UInt8], to file: Int32) throws(AtomicFileError) {
    var offset = 0
    while offset < content.count {
      let count = content.withUnsafeBytes {
        Glibc.write(file, $0.baseAddress.map { $0 + offset }, $0.count - offset)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw AtomicFileError(path, count == 0 ? ENOSPC : errno, at: "write") }
      offset += count
    }
  }

  /// Follows links by hand, because the last one may point at a file that doesn't exist yet.
  private func resolved() throws(AtomicFileError) -> String {
    var target = path
    for _ in 0..<16 {
      var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
      let count = readlink(target, &buffer, buffer.count)
      guard count >= 0 else { return target }
      let link = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
      target = link.hasPrefix("/") ? link : "\(Self.folder(of: target))/\(link)"
    }
    throw AtomicFileError(path, ELOOP, at: "follow")
  }

  /// Whether the file has exactly this content already.
  package func holds(_ content: [UInt8]) throws(AtomicFileError) -> Bool {
    holds(content, at: try resolved())
  }

  private func holds(_ content: [UInt8], at target: String) -> Bool {
    let file = open(target, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return false }
    defer { close(file) }
    var chunk = [UInt8](repeating: 0, count: 65_536)
    var offset = 0
    while true {
      let count = chunk.withUnsafeMutableBytes { read(file, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      if count <= 0 { return count == 0 && offset == content.count }
      guard offset + count <= content.count, chunk[..<count] == content[offset..<offset + count] else {
        return false
      }
      offset += count
    }
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}

/// Why a file could not be replaced. The old one is untouched.
package struct AtomicFileError: Error, Hashable, CustomStringConvertible {
  /// The path as it was asked for, before links are followed.
  package let path: String
  /// What stood in the way; `description` adds what to try.
  package let cause: Cause

  /// What stood in the way.
  package enum Cause: Hashable, Sendable {
    /// The folder isn't there.
    case folderMissing
    /// This user may not write there.
    case notWritable
    /// No space or quota left.
    case diskFull
    /// The path is a folder, a device or a pipe.
    case notAFile
    /// Any other error of the system, with what was attempted.
    case system(code: Int32, attempt: String)
  }

  init(_ path: String, _ cause: Cause) {
    self.path = path
    self.cause = cause
  }

  init(_ path: String, _ code: Int32, at attempt: String) {
    self.path = path
    cause =
      switch code {
      case ENOENT, ENOTDIR: .folderMissing
      case EACCES, EPERM, EROFS: .notWritable
      case ENOSPC, EDQUOT, EFBIG: .diskFull
      case EISDIR: .notAFile
      default: .system(code: code, attempt: attempt)
      }
  }

  package var description: String {
    switch cause {
    case .folderMissing:
      "can't write '\(path)': its folder does not exist. Try: mkdir -p on the folder, or another path"
    case .notWritable:
      "can't write '\(path)': this user may not write there. Try: another folder, or a user who may"
    case .diskFull:
      "can't write '\(path)': the disk is full; the old file is untouched. Try: make room, then run it again"
    case .notAFile:
      "can't write '\(path)': it is not a regular file. Try: a file's path; `postern set --format` prints to the terminal"
    case .system(let code, let attempt):
      "can't \(attempt) '\(path)': \(String(cString: strerror(code))). Try: check the path and its file system"
    }
  }
}
