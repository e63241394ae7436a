import Glibc

/// Why a file can't be followed right now. The follower stays where it is; asking it again may succeed.
package enum FollowerError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The file is there but can't be opened or read; `code` is the `errno`.
  case unreadable(path: String, code: Int32)
  /// A compressed file isn't what it was when it was read through before.
  case damaged(path: String, fault: GzipFault)

  /// What failed, with the path, the reason and what to try.
  package var description: String {
    switch self {
    case .unreadable(let path, let code):
      "can't follow a log: \(path): \(String(cString: strerror(code))). Try: let Postern's user read the file and its "
        + "folder, for example by adding it to the group adm"
    case .damaged(let path, let fault):
      "can't follow a log: \(path): \(fault). Try: 'gzip --test' on the file, and move it away if it is damaged"
    }
  }
}
