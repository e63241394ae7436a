import Glibc

/// Why a tap can't be listened for.
package enum TapListenerError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The folder of the socket is missing.
  case noFolder(path: String)
  /// Somebody answers on the address already.
  case inUse(TapEndpoint)
  /// Something that is no socket stands at the path; it is left alone.
  case notSocket(path: String)
  /// The kernel takes at most 107 octets.
  case pathTooLong(path: String)
  /// Postern's user may not listen there.
  case notAllowed(TapEndpoint)
  /// The kernel refused; `code` is the `errno`.
  case system(TapEndpoint, code: Int32)

  /// Makes the error that an `errno` stands for.
  init(_ code: Int32, _ endpoint: TapEndpoint) {
    switch (code, endpoint) {
    case (ENOENT, .unix(let path)), (ENOTDIR, .unix(let path)): self = .noFolder(path: path)
    case (EADDRINUSE, _): self = .inUse(endpoint)
    case (EACCES, _), (EPERM, _): self = .notAllowed(endpoint)
    default: self = .system(endpoint, code: code)
    }
  }

  /// What failed, where, and what to try.
  package var description: String {
    switch self {
    case .noFolder(let path):
      "can't listen for dnstap: the folder of \(path) is missing. Try: create it, or RuntimeDirectory=postern in the unit"
    case .inUse(let endpoint):
      "can't listen for dnstap: somebody answers on \(endpoint) already. Try: end the other Postern, or another address"
    case .notSocket(let path):
      "can't listen for dnstap: \(path) is no socket. Try: another path, or remove it"
    case .pathTooLong(let path):
      "can't listen for dnstap: \(path) is longer than 107 octets. Try: a shorter path"
    case .notAllowed(let endpoint):
      "can't listen for dnstap: Postern's user may not listen on \(endpoint). Try: a folder that it may write, or a port from 1024 up"
    case .system(let endpoint, let code):
      "can't listen for dnstap on \(endpoint): \(String(cString: strerror(code))). Try: another address"
    }
  }
}
