import Glibc

/// A file open for reading; closed when it goes. The one place with file descriptors of followed files.
struct OpenFile: ~Copyable {
  private let descriptor: Int32
  let path: String
  private let name: String

  /// Nil when there is no such regular file.
  init?(folder: String, name: String) throws(FollowerError) {
    path = folder == "/" ? "/" + name : folder + "/" + name
    self.name = name
    // Non-blocking, so that a pipe of that name doesn't stop the thread in open().
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else {
      if errno == ENOENT || errno == ENOTDIR { return nil }
      throw .unreadable(path: path, code: errno)
    }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// What the file is now; nil when it is no regular file.
  func facts() throws(FollowerError) -> FollowPlan.Facts? {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .unreadable(path: path, code: errno) }
    guard status.st_mode & S_IFMT == S_IFREG else { return nil }
    var head = [UInt8](repeating: 0, count: FollowPlan.headLength)
    head.removeLast(head.count - (try read(into: &head, at: 0)))
    return FollowPlan.Facts(
      name: name, device: UInt64(status.st_dev), inode: UInt64(status.st_ino), size: Int64(status.st_size),
      modified: Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec), head: head)
  }

  /// Reads into the whole buffer, or as far as the file goes, and returns how many octets came.
  func read(into buffer: inout [UInt8], at offset: Int64) throws(FollowerError) -> Int {
    var filled = 0
    while filled < buffer.count {
      let count = buffer.withUnsafeMutableBytes { octets in
        pread(
          descriptor, octets.baseAddress.map { $0 + filled }, octets.count - filled, off_t(offset) + filled)
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .unreadable(path: path, code: errno) }
      if count == 0 { break }
      filled += count
    }
    return filled
  }
}
