import DNS
import Deciding
import Testing

@testable import Learning

@Suite struct LineTemplateTests {
  static let q = "eastus.data.mcr.microsoft.com"
  static let learned = LineReading.name(DomainName(canonical: q), .asked)

  static func read(_ line: String, _ template: LineTemplate) -> LineReading {
    var reader = LineReader(template)
    return Array(line.utf8).withUnsafeBufferPointer { reader.read($0, watching: CaptureTests.watched) }
  }

  @Test(
    "a line must be read as its description says",
    arguments: [
      (#"{time} {client} "{name}" {*}"#, #"08:31 10.0.0.1 "\#(q)" and more"#, learned),
      (#"{time} {client} "{name}" {*}"#, #"08:31 10.0.0.1 "\#(q)" "#, learned),
      (#"{time} {client} "{name}" {*}"#, #"08:31 10.0.0.1 x "\#(q)" y"#, .malformed(.otherShape)),
      (#"{time} {client} "{name}""#, #"08:31   10.0.0.1 "\#(q)""#, learned),
      (#"{time} {client} "{name}""#, #"08:31 10.0.0.1 "x" "\#(q)""#, .malformed(.notHostname)),
      (#"{time} {client} "{name}""#, #"08:31 10.0.0.1 "" "#, .malformed(.otherShape)),
      (#"{time} {client} "{name}""#, #"08:31 10.0.0.1 """#, .skip), ("{a} {name}", "x -", .skip),
      ("{*} sni={name}", "x y sni=\(q)", learned),
      ("{*} sni={name}", "x sni=y sni=\(q)", .malformed(.notHostname)),
      ("{*} sni={name} port={p}", "x sni=\(q) port=443", learned),
      ("{*} sni={name} port={p}", "x sni=\(q) port=443 port=5", .unwatched),
      ("{*} sni={name} port={p}", "x sni=\(q) port=4 3", .malformed(.otherShape)),
      ("{name}", q, learned), ("{name}", "", .skip), ("{name} {*}", "\(q) x y", learned),
      ("{name} {*}", q, .malformed(.otherShape)), ("{*}{{name}}={name}", "x{name}=\(q)", learned),
      ("{name}:{port} {*} end", "\(q):443 a end b end", learned), ("{name}:{port}", "\(q):443", learned),
      ("<{n}>{*} haproxy[{pid}]: {*}", "x", .skip),
      ("{name} a {x} b", "\(q) a 5 b", learned), ("{name} a {x} b", "\(q) a  b", .malformed(.otherShape)),
      ("json:/dns/0/q", #"{"dns":[{"q":"\#(q)"}]}"#, learned), ("json:/q", #"{"q":"-"}"#, .skip),
      ("json:/q", #"{"q":5}"#, .skip), ("json:/q", "x", .malformed(.torn)), ("json:/q", #"{"p":1}"#, .skip),
    ] as [(String, String, LineReading)])
  func readsLines(_ text: String, _ line: String, _ reading: LineReading) throws {
    guard let template = try? LineTemplate(text) else { return #expect(reading == .skip) }
    #expect(Self.read(line, template) == reading)
  }

  @Test(
    "a description that can't be meant so must say why",
    arguments: [
      ("", .noName), ("{time}", .noName), ("{name} {name}", .secondName), ("{*} {*} {name}", .secondRest),
      ("{name} {*} x {*}", .secondRest), ("{} {name}", .emptyPlaceholder), ("{name", .unclosedBrace),
      ("name} {name}", .unopenedBrace), ("{a}{name}", .touchingPlaceholders("name")),
      ("{name}{*}", .touchingPlaceholders("*")), ("json:", .pointerWithoutSlash),
      ("json:a", .pointerWithoutSlash),
      ("json:/", .pointerWithoutSlash), ("json:/a~2", .pointerEscape),
      ("json:" + String(repeating: "/a", count: 17), .tooManyParts),
      ("{name}" + String(repeating: " a", count: 40), .tooManyParts),
    ] as [(String, LineTemplateError.Fault)])
  func refuses(_ text: String, _ fault: LineTemplateError.Fault) {
    let error = #expect(throws: LineTemplateError.self) { try LineTemplate(text) }
    #expect(error?.fault == fault)
    #expect(error?.description.contains("Try: ") == true)
  }

  @Test("lines without the required text say nothing, those with it must fit")
  func requiresText() throws {
    let template = try LineTemplate("{*} name={name}", containing: "dns:", evidence: .resolved)
    #expect(Self.read("dns: name=\(Self.q)", template) == .name(DomainName(canonical: Self.q), .resolved))
    #expect(Self.read("http: name=\(Self.q)", template) == .skip)
    #expect(Self.read("dns: x", template) == .malformed(.otherShape))
  }

  @Test("no line may cost more than a few times its length", .timeLimit(.minutes(1)))
  func isBounded() throws {
    let template = try LineTemplate("{*} a{x}a {b}:{c} {name} {d}a{e} a {*} a")
    let line = String(repeating: "a a:", count: 2000)
    for _ in 0..<500 { _ = Self.read(line, template) }
  }
}
