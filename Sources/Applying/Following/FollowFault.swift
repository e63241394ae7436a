package import Deciding
package import Publishing

/// Why what a server offered was not taken. The kernel keeps what it has.
package enum FollowFault: Error, Hashable, CustomStringConvertible {
  /// Nobody answered, or the connection broke.
  case unreachable(String)
  /// The server answered with this status.
  case status(Int, path: String)
  /// An answer that isn't what the path stands for.
  case malformed(String)
  /// More octets than such an answer may have.
  case tooLarge(path: String)
  /// The octets don't belong to the digest that came with them.
  case digest(path: String)
  /// The list could not be taken.
  case list(PlainListError)
  /// The list doesn't have the addresses that the version's digest stands for.
  case addresses(Generation)
  /// The server answered with this status when it was asked for the signature.
  case unsigned(Int)
  /// Not by the key that was given, or over something else.
  case signature(SignatureFault)
  /// An older generation than one that was taken before.
  case rollback(from: Generation, to: Generation)
  /// The same generation with other addresses.
  case forked(Generation)
  /// The server doesn't trust the set itself.
  case stale(Generation)

  package var description: String {
    switch self {
    case .unreachable(let reason): "the server can't be reached: \(reason). Try: curl with the same URL"
    case .status(401, let path), .status(403, let path):
      "the server refuses \(path) to this token. Try: --token-file with one that may read the set"
    case .status(404, let path): "the server has no \(path). Try: another set, or the URL of the server alone"
    case .status(503, let path):
      "the server has nothing trustworthy at \(path) now. Try: 'postern doctor' there"
    case .status(let status, let path): "the server answered \(status) to \(path). Try: its log"
    case .malformed(let what): "the server's \(what) is not Postern's. Try: the URL of a Postern server"
    case .tooLarge(let path): "\(path) is larger than a set may be. Try: --maxelem with a larger number"
    case .digest(let path):
      "\(path) does not have the digest that came with it: it was cut off or changed. Try: curl, and look between here and there"
    case .list(let error): "the server's list was not taken: \(error)"
    case .addresses(let generation):
      "the addresses of generation \(generation) are not those of its digest. Try: look at who stands between"
    case .unsigned(let status):
      "the server gave no signature (status \(status)). Try: a server that signs, or leave out --key"
    case .signature(let fault): fault.description
    case .rollback(let from, let to):
      "the server offers generation \(to) after \(from): an old set, or a new history. Try: --allow-rollback once, if its history was replaced"
    case .forked(let generation):
      "the server offers other addresses as generation \(generation) than before. Try: --allow-rollback once, if its history was replaced"
    case .stale(let generation):
      "the server itself says that generation \(generation) is stale. Try: 'postern doctor' there"
    }
  }
}
