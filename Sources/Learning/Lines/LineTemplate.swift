package import Deciding

/// A line format of one's own. There are two forms.
///
/// **Text** with placeholders, which describes a whole line:
///
///     {time} {client} "{name}" {*}
///     {*} sni={name} port={port}
///     <{priority}>{*} haproxy[{pid}]: {*} sni:{name}
///
/// - `{name}` is the hostname, and must be there once.
/// - `{*}` is any text, also none, at most once before the name and once behind it.
/// - `{anything else}` is one word: at least one octet, and no blank.
/// - A blank stands for one or more spaces or tabs; everything else for itself. `{{` and `}}` are braces.
///
/// What stands before the name is compared from the line's beginning, and what stands behind it from the line's end, so
/// whatever a client puts into a name stays in the name, where all but a hostname's octets are a fault. Only with `{*}`
/// behind it the name ends where the text after it first occurs: avoid that where clients choose the name freely.
/// There is no trying again: `{*}` and words end where the text behind them first occurs, so the time is bounded by the
/// lengths of the line and of that text.
///
/// **JSON**: `json:` and a JSON pointer (RFC 6901) into the object that each line is: `json:/dns/rrname`,
/// `json:/queries/0/name`.
///
/// An empty name, or `-`, says nothing.
package struct LineTemplate: Sendable, Hashable {
  /// As it was given.
  package let text: String
  /// What a line must hold to be looked at at all; nil for all lines.
  package let required: String?
  /// What a line of this format says of its name.
  package let evidence: NameEvidence

  enum Part: Sendable, Hashable {
    case literal([UInt8])
    case blanks
    /// One word.
    case field
    /// Any text.
    case rest
  }

  enum Form: Sendable, Hashable {
    /// Before the name, and behind it.
    case text(before: [Part], behind: [Part])
    case pointer(String)
  }

  let form: Form
  let requiredOctets: [UInt8]

  /// Reads the description of a format.
  ///
  /// - Parameters:
  ///   - required: a fixed text; lines without it are skipped. Lines with it that the format doesn't fit are faults.
  ///   - evidence: `.resolved` for a log of connections or answers, `.asked` for one of queries.
  package init(
    _ text: String, containing required: String? = nil, evidence: NameEvidence = .asked
  ) throws(LineTemplateError) {
    self.text = text
    self.required = required
    self.evidence = evidence
    requiredOctets = Array((required ?? "").utf8)
    if text.hasPrefix("json:") {
      form = .pointer(try Self.pointer(text))
    } else {
      form = try Self.parts(text)
    }
  }

  private static func pointer(_ text: String) throws(LineTemplateError) -> String {
    let pointer = String(text.dropFirst(5))
    guard pointer.hasPrefix("/"), pointer.count > 1 else {
      throw LineTemplateError(text, .pointerWithoutSlash)
    }
    // `~` begins an escape: `~0` for itself, `~1` for a slash.
    let escapes = pointer.split(separator: "~", omittingEmptySubsequences: false).dropFirst()
    guard escapes.allSatisfy({ $0.hasPrefix("0") || $0.hasPrefix("1") }) else {
      throw LineTemplateError(text, .pointerEscape)
    }
    guard pointer.count(where: { $0 == "/" }) <= 16 else { throw LineTemplateError(text, .tooManyParts) }
    return pointer
  }

  private static func parts(_ text: String) throws(LineTemplateError) -> Form {
    var (before, parts) = ([Part]?.none, [Part]())
    /// Whether the last part is a placeholder, behind which there must be text to tell where it ends.
    var isOpen = false
    func add(_ octet: UInt8) {
      isOpen = false
      if octet == UInt8(ascii: " ") || octet == UInt8(ascii: "\t") {
        if parts.last != .blanks { parts.append(.blanks) }
      } else if case .literal(let octets) = parts.last {
        parts[parts.count - 1] = .literal(octets + [octet])
      } else {
        parts.append(.literal([octet]))
      }
    }
    let octets = Array(text.utf8)
    var index = 0
    while index < octets.count {
      let octet = octets[index]
      index += 1
      if octet == UInt8(ascii: "{") || octet == UInt8(ascii: "}"), index < octets.count,
        octets[index] == octet
      {
        add(octet)
        index += 1
        continue
      }
      guard octet != UInt8(ascii: "}") else { throw LineTemplateError(text, .unopenedBrace) }
      guard octet == UInt8(ascii: "{") else {
        add(octet)
        continue
      }
      guard let close = octets[index...].firstIndex(of: UInt8(ascii: "}")) else {
        throw LineTemplateError(text, .unclosedBrace)
      }
      let word = String(decoding: octets[index..<close], as: UTF8.self)
      index = close + 1
      guard !isOpen else { throw LineTemplateError(text, .touchingPlaceholders(word)) }
      isOpen = true
      switch word {
      case "": throw LineTemplateError(text, .emptyPlaceholder)
      case "name":
        guard before == nil else { throw LineTemplateError(text, .secondName) }
        before = parts
        parts = []
      case "*":
        guard !parts.contains(.rest) else { throw LineTemplateError(text, .secondRest) }
        parts.append(.rest)
      default: parts.append(.field)
      }
    }
    guard let before else { throw LineTemplateError(text, .noName) }
    guard before.count + parts.count <= 64 else { throw LineTemplateError(text, .tooManyParts) }
    return .text(before: before, behind: parts)
  }
}
