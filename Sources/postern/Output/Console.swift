import Foundation

/// Standard output and error of the command.
enum Console {
  /// Writes octets to standard output as they are. A reader that has gone, as `head` does, ends the command quietly.
  static func write(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
      if written < 0 {
        if errno == EINTR { continue }
        Foundation.exit(errno == EPIPE ? ExitStatus.done.rawValue : ExitStatus.failed.rawValue)
      }
      rest = rest.dropFirst(written)
    }
  }

  /// Writes text and a line feed to standard output.
  static func line(_ text: String) { write(Array((text + "\n").utf8)) }

  /// Writes text and a line feed to standard error.
  static func error(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }

  /// Says something that doesn't stop the command.
  static func warn(_ text: String) { error("postern: \(text)") }

  /// Whether a person watches standard error.
  static var isWatched: Bool { isatty(STDERR_FILENO) == 1 }
}
