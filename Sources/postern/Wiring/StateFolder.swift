import Foundation

/// The folder of the database.
enum StateFolder {
  /// Makes it, mode 0750, if it isn't there, and makes sure that it can be written.
  static func make(_ path: String) throws {
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750])
    } catch {
      throw CommandFailure(
        .failed, "can't make the state folder \(path): \(String(cString: strerror(errno)))",
        try: "--state with a folder that you may write to")
    }
    guard access(path, W_OK | X_OK) == 0 else {
      throw CommandFailure(
        .failed, "can't write to the state folder \(path): \(String(cString: strerror(errno)))",
        try: "--state with a folder that you may write to, or change its owner")
    }
  }
}
