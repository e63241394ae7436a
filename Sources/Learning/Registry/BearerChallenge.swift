/// Reads a `WWW-Authenticate` field (RFC 9110 §11.6.1), of which only the realm of a bearer token matters: the URL where
/// a client would fetch one.
enum BearerChallenge {
  private enum Piece: Equatable {
    case word(String)
    case quoted(String)
    case mark(UInt8)
  }

  /// The text of the realm; nil when the field has no `Bearer` challenge with one.
  static func realm(in field: String) -> String? {
    guard field.utf8.count <= RedirectReading.longest else { return nil }
    var isBearer = false
    let pieces = pieces(of: field)
    for (index, piece) in pieces.enumerated() {
      guard case .word(let word) = piece else { continue }
      let isParameter = index + 1 < pieces.count && pieces[index + 1] == .mark(UInt8(ascii: "="))
      guard isParameter else {
        isBearer = word.lowercased() == "bearer"
        continue
      }
      guard isBearer, word.lowercased() == "realm", index + 2 < pieces.count else { continue }
      switch pieces[index + 2] {
      case .word(let value), .quoted(let value): return value
      case .mark: return nil
      }
    }
    return nil
  }

  private static func pieces(of field: String) -> [Piece] {
    var pieces = [Piece]()
    var octets = Array(field.utf8)[...]
    while let octet = octets.popFirst() {
      switch octet {
      case UInt8(ascii: " "), UInt8(ascii: "\t"): continue
      case UInt8(ascii: "="), UInt8(ascii: ","): pieces.append(.mark(octet))
      case UInt8(ascii: "\""):
        var value = [UInt8]()
        while let next = octets.popFirst(), next != UInt8(ascii: "\"") {
          value.append(next == UInt8(ascii: "\\") ? octets.popFirst() ?? next : next)
        }
        pieces.append(.quoted(String(decoding: value, as: UTF8.self)))
      default:
        let rest = octets.prefix { !" \t=,\"".utf8.contains($0) }
        pieces.append(.word(String(decoding: [octet] + rest, as: UTF8.self)))
        octets = octets.dropFirst(rest.count)
      }
      // A value is not the name of the next parameter.
      if pieces.count >= 2, pieces[pieces.count - 2] == .mark(UInt8(ascii: "=")),
        case .word(let value)? = pieces.last
      {
        pieces[pieces.count - 1] = .quoted(value)
      }
    }
    return pieces
  }
}
