import DNS
import Testing

@Suite struct DomainNameTests {
  static let label63 = String(repeating: "a", count: 63)
  /// 253 octets of text, 255 on the wire: the longest name there is.
  static let longest = [label63, label63, label63, String(repeating: "b", count: 61)].joined(separator: ".")

  @Test(arguments: [
    ("mcr.microsoft.com", "mcr.microsoft.com"), ("MCR.Microsoft.COM", "mcr.microsoft.com"),
    ("mcr.microsoft.com.", "mcr.microsoft.com"), (".", "."), ("com", "com"),
    ("_dns._udp.example", "_dns._udp.example"),
    ("a\\.b.example", "a\\.b.example"), ("a\\046b.example", "a\\.b.example"), ("a\\\\b", "a\\\\b"),
    ("\\065bc", "abc"), ("a b", "a\\032b"), ("a\\ b", "a\\032b"), ("\\000\\255", "\\000\\255"),
    ("ä.example", "\\195\\164.example"), ("*.example", "*.example"), (longest, longest),
  ])
  func `Text becomes canonical`(source: String, canonical: String) throws {
    let name = try DomainName(source)
    #expect(name.text == canonical && name.description == canonical)
    #expect(try DomainName(canonical) == name)
  }

  @Test(arguments: [
    ("", DomainNameError.empty), ("..", .emptyLabel("..")), (".com", .emptyLabel(".com")),
    ("a..b", .emptyLabel("a..b")), ("a.b..", .emptyLabel("a.b..")), ("a\\", .badEscape("a\\")),
    ("a\\1", .badEscape("a\\1")), ("a\\12x", .badEscape("a\\12x")), ("a\\256", .badEscape("a\\256")),
    ("\\999.example", .badEscape("\\999.example")), (label63 + "a", .labelTooLong(label63 + "a")),
    (longest + "b", .nameTooLong(octets: 256)), ("c." + longest, .nameTooLong(octets: 257)),
  ])
  func `What is no name is refused, with the reason`(source: String, error: DomainNameError) {
    #expect(throws: error) { try DomainName(source) }
    #expect(!error.description.isEmpty)
  }

  @Test(arguments: [
    "mcr.microsoft.com", ".", "com", "a\\.b.example", "a\\\\b.c", "\\000\\032\\255.example", longest,
    "xn--bcher-kva.example",
  ])
  func `The wire gives back the same name`(text: String) throws {
    let question = try Question(DomainName(text), .a)
    var reader = MessageReader()
    #expect(try reader.read(MessageWriter.query(question, id: 7)).question == question)
  }

  @Test func `An escape counts as one octet of its label`() throws {
    #expect(try DomainName(String(repeating: "\\001", count: 63)).labels.count == 1)
    #expect(throws: DomainNameError.self) { try DomainName(String(repeating: "\\001", count: 64)) }
  }

  @Test(arguments: [
    ("a.b.c", ["a", "b", "c"]), (".", []), ("a\\.b.c", ["a\\.b", "c"]), ("a\\\\.c", ["a\\\\", "c"]),
    ("\\046.c", ["\\.", "c"]),
  ])
  func `An escaped dot doesn't split a label`(text: String, labels: [String]) throws {
    #expect(try DomainName(text).labels.map(String.init) == labels)
  }

  @Test func `Labels with any octets make the name that its text makes`() throws {
    #expect(try DomainName(labels: [Array("a.b".utf8), Array("C".utf8)]) == DomainName("a\\.b.c"))
    #expect(try DomainName(labels: []) == .root)
    #expect(throws: DomainNameError.self) { try DomainName(labels: [[]]) }
  }

  @Test(arguments: [
    ("a.example.com", "example.com", true), ("example.com", "example.com", true), ("a.b", ".", true),
    (".", ".", true), ("badexample.com", "example.com", false), ("com", "example.com", false),
    ("a\\.example.com", "example.com", false), (".", "com", false),
  ])
  func `Only whole labels make a subdomain`(name: String, ancestor: String, expected: Bool) throws {
    #expect(try DomainName(name).isSubdomain(of: DomainName(ancestor)) == expected)
  }

  @Test(arguments: [
    ("a.example", true), ("a-b.example", true), ("3com.example", true), ("-a.example", false),
    ("a-.example", false),
    ("a_b.example", false), ("*.example", false), (".", false), ("a\\.b.example", false),
    ("\\228.example", false),
  ])
  func `A host name has letters, digits and inner hyphens`(text: String, expected: Bool) throws {
    #expect(try DomainName(text).isHostname == expected)
  }
}
