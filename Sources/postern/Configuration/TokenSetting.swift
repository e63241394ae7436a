import DNS
import Deciding

/// Somebody who may do what others may not, and how that is proved: by a secret, a client certificate, or by the
/// network alone, which is enough for reading.
struct TokenSetting: Sendable, Equatable {
  enum Secret: Sendable, Hashable {
    /// A file that holds the token on its first line, and on a second one the next while it is being replaced.
    case file(String)
    /// The SHA-256 of one or two tokens, 32 octets each.
    case sha256([[UInt8]])
  }

  enum Permission: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Read everything.
    case read
    /// Read one set.
    case readSet(SetName)
    /// Report hostnames in use.
    case sightings
    /// Approve and forget.
    case operate

    /// Reads `read`, `read:mcr`, `sightings` or `operate`.
    init?(_ text: String) {
      switch text {
      case "read": self = .read
      case "sightings": self = .sightings
      case "operate": self = .operate
      default:
        guard text.hasPrefix("read:"), let set = SetName(String(text.dropFirst(5))) else { return nil }
        self = .readSet(set)
      }
    }

    var description: String {
      switch self {
      case .read: "read"
      case .readSet(let set): "read:\(set)"
      case .sightings: "sightings"
      case .operate: "operate"
      }
    }

    /// Whether it changes nothing.
    var isReading: Bool {
      switch self {
      case .read, .readSet: true
      case .sightings, .operate: false
      }
    }

    static func < (left: Permission, right: Permission) -> Bool { left.description < right.description }
  }

  let name: Setting<String>
  /// Never shown; nil for those who prove themselves otherwise.
  let secret: Setting<Secret>?
  /// Names in client certificates.
  let certificates: Setting<[String]>
  let networks: Setting<[IPPrefix]>
  let permissions: Setting<Set<Permission>>
}
