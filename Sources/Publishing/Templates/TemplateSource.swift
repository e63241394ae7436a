import Foundation
import Mustache

/// A template's text, looked through before the library gets it. What the library would do silently or fatally is
/// refused with its line: unknown names (they would render as nothing), partial files by a computed name, inheritance,
/// other delimiters, and content types (all is text).
struct TemplateSource {
  /// The octets of the text.
  let size: Int
  /// The names of the files that it includes.
  let partials: [(name: String, line: Int)]
  /// Parsed, as text that isn't escaped for HTML.
  let template: MustacheTemplate

  /// The largest file that is taken, in octets.
  static let largest = 65_536
  /// How deep sections may stand in one another: the library's parser calls itself for each.
  static let deepest = 16

  init(_ text: String, file: String) throws(TemplateError) {
    size = text.utf8.count
    var partials = [(name: String, line: Int)]()
    var open = [(name: String, line: Int)]()
    var line = 1
    var rest = text[...]
    while let start = rest.range(of: "{{") {
      line += rest[..<start.lowerBound].utf8.count { $0 == 0x0a }
      rest = rest[start.upperBound...]
      let isTriple = rest.first == "{"
      guard let close = rest.range(of: isTriple ? "}}}" : "}}") else {
        throw TemplateError(file, line: line, "a tag is not closed", remedy: "'}}' behind its name")
      }
      let tag = rest[..<close.lowerBound]
      try Self.check(tag, file, line)
      switch tag.first {
      case ">": partials.append((Self.name(tag), line))
      case "#", "^": open.append((Self.name(tag), line))
      case "/":
        guard open.popLast()?.name == Self.name(tag) else {
          throw TemplateError(
            file, line: line, "it closes a section that isn't the one open", remedy: "the sections' order")
        }
      default: break
      }
      guard open.count <= Self.deepest else {
        throw TemplateError(
          file, line: line, "sections stand deeper than \(Self.deepest) in one another", remedy: "fewer")
      }
      line += tag.utf8.count { $0 == 0x0a }
      rest = rest[close.upperBound...]
    }
    if let unclosed = open.last {
      throw TemplateError(
        file, line: unclosed.line, "a section is not closed", remedy: "{{/\(unclosed.name)}}")
    }
    self.partials = partials
    do {
      // A line of its own vanishes. It must stand in partials too: the library begins each as HTML.
      template = try MustacheTemplate(string: "{{% CONTENT_TYPE:TEXT}}\n" + text)
    } catch let error as MustacheTemplate.ParserError {
      throw TemplateError(
        file, line: max(1, error.context.lineNumber - 1), "it is no Mustache template (\(error.error))",
        remedy: "close each section in the order in which they were opened")
    } catch {
      throw TemplateError(file, "it is no Mustache template (\(error))", remedy: "https://mustache.github.io")
    }
  }

  private static func check(_ tag: Substring, _ file: String, _ line: Int) throws(TemplateError) {
    func refuse(_ reason: String, _ remedy: String) -> TemplateError {
      TemplateError(file, line: line, reason, remedy: remedy)
    }
    switch tag.first {
    case "!": return
    case "=": throw refuse("other delimiters can't be set here", "'{{' and '}}'")
    case "%": throw refuse("a pragma has no meaning here: all is text", "without it")
    case "<", "$": throw refuse("templates can't inherit from others here", "{{> partial}}")
    case ">":
      guard isFileName(name(tag)) else {
        throw refuse(
          "a partial must be a file of the same folder",
          "{{> name}} for name.mustache, without a path or a '*'")
      }
      return
    default: break
    }
    for word in words(name(tag)) {
      guard TemplateValues.names.contains(word) || TemplateValues.transforms.contains(word) else {
        throw refuse(
          "it uses a name that a set doesn't have",
          (TemplateValues.names.sorted() + TemplateValues.transforms.sorted().map { "\($0)()" })
            .joined(separator: ", "))
      }
    }
  }

  /// What a tag names, without its sigil.
  private static func name(_ tag: Substring) -> String {
    let body = tag.first.map { "#^/&{>!".contains($0) } == true ? tag.dropFirst() : tag
    return String(body.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
  }

  /// `first(a.b)` is `first`, `a` and `b`; a lone `.` is nothing, and means the value itself.
  private static func words(_ expression: String) -> [String] {
    expression.split { ".()".contains($0) }.map(String.init)
  }

  /// A plain name, which can't lead out of its folder.
  static func isFileName(_ text: String) -> Bool {
    text.utf8.first != UInt8(ascii: ".") && !text.isEmpty && text.utf8.count <= 64
      && text.utf8.allSatisfy { octet in
        (0x61...0x7a).contains(octet | 0x20) || (0x30...0x39).contains(octet)
          || [0x2d, 0x2e, 0x5f].contains(octet)
      }
  }
}
