/// Names behind a wildcard. In `*.data.mcr.microsoft.com` the star stands for exactly one whole label, as in a TLS
/// wildcard certificate (RFC 9525 §6.3), never for the apex; a leading `**` stands for one or more labels.
package struct NamePattern: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The canonical text, such as `*.data.mcr.microsoft.com`.
  package let text: String
  private let labels: [Substring]
  /// What follows the star of a pattern with one star in front, with its dot: the usual kind, matched without splitting.
  private let rest: String?

  /// Reads a pattern.
  ///
  /// - Throws: `NamePatternError` when there is no star, a star is only part of a label, `**` is not the leftmost
  ///   label, or fewer than two labels without a star stand at the end (`*.com` would watch a whole registry).
  package init(_ source: some StringProtocol) throws(NamePatternError) {
    let name: DomainName
    do { name = try DomainName(source) } catch { throw .notAName(error) }
    let labels = name.labels
    guard labels.contains(where: { $0.utf8.contains(UInt8(ascii: "*")) }) else { throw .noStar(name.text) }
    for (index, label) in labels.enumerated() where label.utf8.contains(UInt8(ascii: "*")) {
      switch label {
      case "*": continue
      case "**" where index == 0: continue
      case "**": throw .doubleStarNotFirst(name.text)
      default: throw .partialLabel(String(label), in: name.text)
      }
    }
    guard labels.count > 2, labels.suffix(2).allSatisfy({ !$0.hasPrefix("*") }) else {
      throw .tooWide(name.text)
    }
    self.init(canonical: name.text)
  }

  /// Adopts text that is already canonical and known to be a pattern, such as one that a built-in profile spells out.
  package init(canonical text: String) {
    self.text = text
    labels = DomainName(canonical: text).labels
    let rest = text.dropFirst()
    self.rest = text.hasPrefix("*.") && !rest.utf8.contains(UInt8(ascii: "*")) ? String(rest) : nil
  }

  package var description: String { text }

  /// Whether `name` is one of the names behind the wildcard.
  package func matches(_ name: DomainName) -> Bool {
    if let rest { return Self.isOneLabel(of: name.text, before: rest) }
    let candidate = name.labels
    let severalFirst = labels[0] == "**"
    guard severalFirst ? candidate.count >= labels.count : candidate.count == labels.count else {
      return false
    }
    return zip(labels.reversed(), candidate.reversed()).allSatisfy { pattern, label in
      pattern == "*" || pattern == "**" || pattern == label
    }
  }

  /// Whether a name is `rest` with exactly one label before it. An escaped dot does not split.
  private static func isOneLabel(of name: String, before rest: String) -> Bool {
    let isOne = name.utf8.withContiguousStorageIfAvailable { name in
      rest.utf8.withContiguousStorageIfAvailable { isOneLabel(of: name, before: $0) } ?? false
    }
    // Only a text that is not UTF-8 within has none; a native string always is.
    return isOne ?? false
  }

  private static func isOneLabel(
    of name: UnsafeBufferPointer<UInt8>, before rest: UnsafeBufferPointer<UInt8>
  ) -> Bool {
    let end = name.count - rest.count
    guard end > 0, end <= 252 else { return false }
    for index in rest.indices where name[end + index] != rest[index] { return false }
    var isEscaped = false
    for octet in name[..<end] {
      if isEscaped {
        isEscaped = false
      } else if octet == UInt8(ascii: "\\") {
        isEscaped = true
      } else if octet == UInt8(ascii: ".") {
        return false
      }
    }
    // A backslash at the end would escape the dot that the rest begins with.
    return !isEscaped
  }

  package static func < (left: NamePattern, right: NamePattern) -> Bool { left.text < right.text }

  package static func == (left: NamePattern, right: NamePattern) -> Bool { left.text == right.text }

  package func hash(into hasher: inout Hasher) { hasher.combine(text) }
}

/// Why a text is no pattern.
package enum NamePatternError: Error, Equatable, CustomStringConvertible {
  /// Without the stars it would be no name either.
  case notAName(DomainNameError)
  /// A plain name.
  case noStar(String)
  /// A label such as `a*`, and the pattern that has it.
  case partialLabel(String, in: String)
  /// A `**` behind another label.
  case doubleStarNotFirst(String)
  /// Fewer than two labels without a star at the end, such as `*.com`.
  case tooWide(String)

  package var description: String {
    switch self {
    case .notAName(let error): error.description
    case .noStar(let text):
      "'\(text)' has no star. Try: '*.\(text)' for the names below it, or list it under names"
    case .partialLabel(let label, let text):
      "in '\(text)' the star is only part of the label '\(label)'. Try: a star as a whole label, such as '*.example.com'"
    case .doubleStarNotFirst(let text): "in '\(text)' the '**' is not the leftmost label"
    case .tooWide(let text): "'\(text)' is too wide: at least two labels without a star must stand at the end"
    }
  }
}
