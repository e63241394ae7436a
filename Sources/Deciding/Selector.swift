package import DNS

/// What a set watches.
package enum Selector: Hashable, Sendable, CustomStringConvertible {
  /// Exactly this name.
  case name(DomainName)
  /// Each name that the star or stars can stand for; never the apex.
  case pattern(NamePattern)

  /// Whether a tracked name belongs to what this selects.
  package func selects(_ name: DomainName) -> Bool {
    switch self {
    case .name(let exact): exact == name
    case .pattern(let pattern): pattern.matches(name)
    }
  }

  package var description: String {
    switch self {
    case .name(let name): name.text
    case .pattern(let pattern): pattern.text
    }
  }
}

/// The name of a set: `[a-z0-9_-]`, 1 to 26 characters, so that it is safe in paths, scripts and ipset, whose limit
/// is 31 with room for `4`, `6` and `-new`.
package struct SetName: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// Safe without quotes or escapes in a shell, a path, a URL and a script.
  package let text: String

  /// Nil when it is empty, longer than `longest`, begins with a hyphen, or holds another character.
  package init?(_ text: some StringProtocol) {
    let utf8 = text.utf8
    let isPlain = utf8.allSatisfy { octet in
      (0x61...0x7a).contains(octet) || (0x30...0x39).contains(octet) || octet == 0x2d || octet == 0x5f
    }
    guard (1...Self.longest).contains(utf8.count), isPlain, utf8.first != 0x2d else { return nil }
    self.text = String(text)
  }

  /// `-new` and a family digit must fit in ipset's 31 characters beside it.
  package static let longest = 26

  package var description: String { text }

  package static func < (left: SetName, right: SetName) -> Bool { left.text < right.text }
}
