import FoundationEssentials
import Glibc

/// Where the signing key lives: a file that only its owner may read, made on first use.
package struct SigningKeyFile: Sendable {
  private let path: String

  /// Touches nothing yet.
  package init(_ path: String) { self.path = path }

  /// Reads the key.
  ///
  /// - Returns: nil when there is no file.
  /// - Throws: `SigningKeyError`: a damaged file is never replaced, since consumers trust the key that it held.
  package func read() throws(SigningKeyError) -> SigningKey? {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard file >= 0 else {
      if errno == ENOENT { return nil }
      throw SigningKeyError(path, .system(errno))
    }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw SigningKeyError(path, .damaged)
    }
    guard status.st_mode & 0o077 == 0 else { throw SigningKeyError(path, .exposed) }
    var octets = [UInt8](repeating: 0, count: 512)
    let count = Glibc.read(file, &octets, octets.count)
    guard count > 0, let text = String(validating: octets[..<count], as: UTF8.self) else {
      throw SigningKeyError(path, .damaged)
    }
    let lines = text.split(separator: "\n")
    guard lines.count == 2, lines[0] == Self.heading, let seed = MinisignText.octets(lines[1], count: 32),
      let key = SigningKey(seed: seed)
    else { throw SigningKeyError(path, .damaged) }
    return key
  }

  /// Reads the key, or makes one when there is none. Two programs that do so at once get the same one.
  ///
  /// - Throws: `SigningKeyError`.
  package func readOrMake() throws(SigningKeyError) -> SigningKey {
    if let key = try read() { return key }
    let key = SigningKey()
    let draft = "\(path).\(getpid()).\(UInt32.random(in: 0...UInt32.max)).new"
    let file = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode_t(0o600))
    guard file >= 0 else { throw SigningKeyError(path, .system(errno)) }
    defer { unlink(draft) }
    let text = Array("\(Self.heading)\n\(MinisignText.base64(key.seed))\n".utf8)
    let isWritten = Glibc.write(file, text, text.count) == text.count && fsync(file) == 0
    let code = errno
    close(file)
    guard isWritten else { throw SigningKeyError(path, .system(code)) }
    // link(2) and not rename(2): it never replaces a key that another program made meanwhile.
    guard link(draft, path) == 0 else {
      let code = errno
      if code == EEXIST, let made = try read() { return made }
      throw SigningKeyError(path, .system(code))
    }
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
    let directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if directory >= 0 {
      fsync(directory)
      close(directory)
    }
    return key
  }

  private static let heading = "postern signing key, Ed25519 seed: keep it secret"
}

/// Why there is no signing key.
package struct SigningKeyError: Error, Hashable, CustomStringConvertible {
  /// The key's file.
  package let path: String
  /// What stood in the way.
  package let cause: Cause

  /// What stood in the way.
  package enum Cause: Hashable, Sendable {
    /// It holds something else.
    case damaged
    /// Others may read or write it.
    case exposed
    /// An error of the system, by its number.
    case system(CInt)
  }

  init(_ path: String, _ cause: Cause) {
    self.path = path
    self.cause = cause
  }

  package var description: String {
    switch cause {
    case .damaged:
      "the signing key in \(path) is damaged. Try: restore it from a backup; or remove it, and give consumers the new key"
    case .exposed: "the signing key in \(path) can be read or written by others. Try: chmod 600 \(path)"
    case .system(let code):
      "the signing key in \(path) can't be used: \(String(cString: strerror(code))). Try: check the state folder"
    }
  }
}
