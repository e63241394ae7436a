package import Deciding
import Glibc

/// A file of service tags on this machine, by its path or by a pattern of which the newest counts.
package struct TagFileSource: Hashable, Sendable, CustomStringConvertible {
  /// A path in which `*` and `?` may stand, as a shell takes them.
  package let pattern: String

  /// - Parameter pattern: an absolute path; nothing is looked at yet.
  package init(_ pattern: String) { self.pattern = pattern }

  package var description: String { pattern }

  /// What tells one state of the file from another without reading it.
  package struct Stamp: Hashable, Sendable {
    /// The file that the pattern stands for now.
    package let path: String
    /// When it was last changed: an older file is not made current by looking at it.
    package let modified: Timestamp
    let inode: UInt64
    let size: Int64
  }

  /// The newest file that the pattern stands for: by the date in the name as Microsoft writes it, then by its modification.
  ///
  /// - Throws: `TagFetchFault.file` when there is none.
  package func newest() throws(TagFetchFault) -> Stamp {
    let stamps = paths.compactMap(Self.stamp)
    let newest = stamps.max { left, right in
      let (one, other) = (Self.date(in: left.path), Self.date(in: right.path))
      return one != other ? one < other : (left.modified, left.path) < (right.modified, right.path)
    }
    guard let newest else { throw .file(pattern, detail: "there is no such file") }
    return newest
  }

  /// The file's octets.
  ///
  /// - Throws: `TagFetchFault.file` or `.tooLarge`.
  package func read(_ stamp: Stamp) throws(TagFetchFault) -> [UInt8] {
    // Non-blocking, so that a pipe of that name doesn't stop the thread in open().
    let descriptor = open(stamp.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .file(stamp.path, detail: String(cString: strerror(errno))) }
    defer { close(descriptor) }
    var octets = [UInt8]()
    var piece = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      let count = Glibc.read(descriptor, &piece, piece.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .file(stamp.path, detail: String(cString: strerror(errno))) }
      if count == 0 { return octets }
      octets += piece[..<count]
      guard octets.count <= TagFileReader.mostOctets else { throw .tooLarge(most: TagFileReader.mostOctets) }
    }
  }

  private var paths: [String] {
    guard pattern.contains(where: { "*?[".contains($0) }) else { return [pattern] }
    var found = glob_t()
    defer { globfree(&found) }
    guard glob(pattern, 0, nil, &found) == 0 else { return [] }
    return (0..<Int(found.gl_pathc)).compactMap { found.gl_pathv[$0].map { String(cString: $0) } }
  }

  private static func stamp(_ path: String) -> Stamp? {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return Stamp(
      path: path,
      modified: Timestamp(
        milliseconds: Int64(status.st_mtim.tv_sec) * 1000 + Int64(status.st_mtim.tv_nsec) / 1_000_000),
      inode: UInt64(status.st_ino), size: Int64(status.st_size))
  }

  /// The eight digits before `.json`; empty when there are none.
  private static func date(in path: String) -> Substring {
    guard path.hasSuffix(".json") else { return "" }
    let digits = path.dropLast(".json".count).suffix(8)
    return digits.utf8.count == 8 && digits.utf8.allSatisfy { (0x30...0x39).contains($0) } ? digits : ""
  }
}
