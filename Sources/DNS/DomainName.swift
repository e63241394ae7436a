/// A domain name in its canonical text form: lower case, without the final dot, RFC 1035 §5.1 escapes for octets
/// that are not printable ASCII (`\.`, `\\`, `\009`). The root is `.`.
///
/// Equality, hashing and order work on this text, so two names that DNS holds equal are equal here.
package struct DomainName: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The canonical text.
  package let text: String

  /// The root of the name space.
  package static let root = DomainName(canonical: ".")

  /// Reads a name as people and configuration files write it. The final dot is optional and case does not matter.
  ///
  /// - Throws: `DomainNameError` when a label is empty or over 63 octets, the whole is over 255 octets, or an escape
  ///   is malformed (RFC 1035 §2.3.4).
  package init(_ source: some StringProtocol) throws(DomainNameError) {
    if source == "." {
      self = .root
      return
    }
    var labels = [[UInt8]]()
    var label = [UInt8]()
    var octets = Array(source.utf8)[...]
    guard !octets.isEmpty else { throw .empty }
    while let octet = octets.popFirst() {
      switch octet {
      case UInt8(ascii: "."):
        guard !label.isEmpty else { throw .emptyLabel(String(source)) }
        labels.append(label)
        label = []
      case UInt8(ascii: "\\"):
        label.append(try Self.unescape(&octets, in: String(source)))
      default:
        label.append(octet)
      }
    }
    if !label.isEmpty { labels.append(label) }
    try self.init(labels: labels)
  }

  /// Makes a name from raw labels, as the wire format has them.
  ///
  /// - Throws: `DomainNameError` when a label is empty or over 63 octets, or the name over 255 octets.
  package init(labels: [[UInt8]]) throws(DomainNameError) {
    var text = [UInt8]()
    var length = 1
    for label in labels {
      guard !label.isEmpty else { throw .emptyLabel(String(decoding: text, as: UTF8.self)) }
      guard label.count <= 63 else { throw .labelTooLong(String(decoding: label.prefix(80), as: UTF8.self)) }
      length += label.count + 1
      if !text.isEmpty { text.append(UInt8(ascii: ".")) }
      for octet in label { Self.appendEscaped(octet, to: &text) }
    }
    guard length <= 255 else { throw .nameTooLong(octets: length) }
    self.init(canonical: text.isEmpty ? "." : String(decoding: text, as: UTF8.self))
  }

  /// Adopts text that is already canonical: the wire reader and the history, which wrote it, use this.
  package init(canonical text: String) {
    self.text = text
  }

  package var description: String { text }

  /// Whether this is the root.
  package var isRoot: Bool { text == "." }

  /// The labels from left to right in text form; none for the root. An escaped dot does not split.
  package var labels: [Substring] {
    if isRoot { return [] }
    var labels = [Substring]()
    var start = text.startIndex
    var index = start
    let utf8 = text.utf8
    while index < utf8.endIndex {
      if utf8[index] == UInt8(ascii: "\\") {
        index = utf8.index(index, offsetBy: 2, limitedBy: utf8.endIndex) ?? utf8.endIndex
        continue
      }
      if utf8[index] == UInt8(ascii: ".") {
        labels.append(text[start..<index])
        start = utf8.index(after: index)
      }
      index = utf8.index(after: index)
    }
    labels.append(text[start...])
    return labels
  }

  /// Whether each label holds only letters, digits and inner hyphens (RFC 952, RFC 1123 §2.1): what a host can be
  /// called, and all that Postern learns from traffic.
  package var isHostname: Bool {
    var last = UInt8(ascii: ".")
    for octet in text.utf8 {
      switch octet {
      case UInt8(ascii: "."), UInt8(ascii: "-"):
        // Neither an empty label nor a hyphen at a label's edge.
        if last == UInt8(ascii: ".") || octet == UInt8(ascii: ".") && last == UInt8(ascii: "-") {
          return false
        }
      default:
        guard Self.isLetterDigitHyphen(octet) else { return false }
      }
      last = octet
    }
    return last != UInt8(ascii: ".") && last != UInt8(ascii: "-")
  }

  /// Whether this name lies below `ancestor`, or is it.
  package func isSubdomain(of ancestor: DomainName) -> Bool {
    if ancestor.isRoot || self == ancestor { return true }
    return labels.count > ancestor.labels.count
      && labels.suffix(ancestor.labels.count) == ancestor.labels[...]
  }

  package static func < (left: DomainName, right: DomainName) -> Bool { left.text < right.text }

  /// Appends one octet of a label in canonical text form.
  static func appendEscaped(_ octet: UInt8, to text: inout [UInt8]) {
    switch octet {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"):
      text.append(octet | 0x20)
    case UInt8(ascii: "."), UInt8(ascii: "\\"):
      text.append(UInt8(ascii: "\\"))
      text.append(octet)
    case 0x21...0x7e:
      text.append(octet)
    default:
      text.append(UInt8(ascii: "\\"))
      text.append(UInt8(ascii: "0") + octet / 100)
      text.append(UInt8(ascii: "0") + octet / 10 % 10)
      text.append(UInt8(ascii: "0") + octet % 10)
    }
  }

  private static func unescape(
    _ octets: inout ArraySlice<UInt8>, in source: String
  ) throws(DomainNameError) -> UInt8 {
    guard let first = octets.popFirst() else { throw .badEscape(source) }
    guard isDigit(first) else { return first }
    guard let second = octets.popFirst(), let third = octets.popFirst(), isDigit(second), isDigit(third)
    else {
      throw .badEscape(source)
    }
    let value = [first, second, third].reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    guard let octet = UInt8(exactly: value) else { throw .badEscape(source) }
    return octet
  }

  private static func isDigit(_ octet: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(octet)
  }

  private static func isLetterDigitHyphen(_ octet: UInt8) -> Bool {
    isDigit(octet) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(octet) || octet == UInt8(ascii: "-")
  }
}

/// Why a text or a list of labels is no domain name.
package enum DomainNameError: Error, Equatable, CustomStringConvertible {
  /// The text is empty; the root is `.`.
  case empty
  /// Two dots in a row, or a leading one; the text so far or as a whole.
  case emptyLabel(String)
  /// The label, cut to 80 octets; DNS allows 63.
  case labelTooLong(String)
  /// The length on the wire, the root's octet included.
  case nameTooLong(octets: Int)
  /// A backslash at the end, or digits that are not three or exceed 255; the whole text.
  case badEscape(String)

  package var description: String {
    switch self {
    case .empty: "a domain name can't be empty"
    case .emptyLabel(let name): "'\(name)' has an empty label. Try: remove the doubled or leading dot"
    case .labelTooLong(let label): "label '\(label)' is longer than 63 octets"
    case .nameTooLong(let octets): "the name takes \(octets) octets; DNS allows 255"
    case .badEscape(let name): "'\(name)' has a malformed escape. Try: \\DDD with three digits up to 255"
    }
  }
}
