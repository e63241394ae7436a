import DNS
import Deciding

extension RenderContext {
  /// What the set watches as names with an optional leading `*.`, the one form that firewalls and zones know.
  ///
  /// `*.data.example` stands for one label with us and for one or more with them; `**.` is the same with both.
  ///
  /// - Throws: when nothing is known, a star stands elsewhere, or a name could be read as something else.
  func leadingStarNames(for format: String) throws(RenderError) -> [String] {
    guard !selectors.isEmpty else { throw .missing(.selectors, format: format) }
    var names = [String]()
    for selector in selectors {
      let text =
        switch selector {
        case .name(let name): name.text
        case .pattern(let pattern):
          pattern.text.hasPrefix("**.") ? String(pattern.text.dropFirst()) : pattern.text
        }
      let rest = text.hasPrefix("*.") ? text.dropFirst(2) : text[...]
      guard rest.utf8.allSatisfy(DomainName.isPlain) else { throw .unwritableSelector(text, format: format) }
      names.append(text)
    }
    return names
  }
}

extension DomainName {
  /// Whether every octet is a letter, digit, hyphen, underscore or dot: safe in zone files and scripts without escapes.
  var isPlain: Bool { !isRoot && text.utf8.allSatisfy(Self.isPlain) }

  /// Letters as they are in canonical text, lower case.
  static func isPlain(_ octet: UInt8) -> Bool {
    (0x61...0x7a).contains(octet) || (0x30...0x39).contains(octet) || [0x2d, 0x2e, 0x5f].contains(octet)
  }
}
