import Deciding
import Publishing
import Testing

@Suite struct RepresentationParametersTests {
  @Test("without a query it is plain, both families, aggregated")
  func defaults() throws {
    let parameters = try RepresentationParameters([])
    #expect(parameters.format.id == "plain")
    #expect(parameters.options == RenderOptions())
    #expect(!parameters.isDownload)
  }

  @Test(
    "other publishers' names for the same wish are understood",
    arguments: [
      ("ipv4only", "", Families.ipv4), ("ipv6only", "1", .ipv6), ("NoIPv6", "true", .ipv4),
      ("family", "both", .both),
      ("family", "6", .ipv6), ("ipv4only", "0", .both),
    ])
  func families(name: String, value: String, families: Families) throws {
    #expect(try RepresentationParameters([(name, value)]).options.families == families)
  }

  @Test("sum, v and listname are aliases")
  func aliases() throws {
    let parameters = try RepresentationParameters([
      ("v", "nft"), ("sum", "0"), ("listname", "acr"), ("table", "fw"),
    ])
    #expect(parameters.format.id == "nft")
    #expect(!parameters.options.aggregate)
    #expect(parameters.options.name == SetName("acr"))
    #expect(parameters.options.table == TableName("fw"))
  }

  @Test(
    "a malformed value is refused with what is allowed",
    arguments: [
      ("format", "xml"), ("format", "PLAIN"), ("family", "5"), ("family", ""), ("aggregate", "maybe"),
      ("cidr", "sometimes"), ("comments", "yes"), ("name", "a b"), ("name", "x;reboot"), ("name", "A"),
      ("name", ""),
      ("name", "abcdefghijklmnopqrstuvwxyz1"), ("table", "1x"), ("table", "a}b"), ("table", "x\ny"),
      ("maxelem", "0"),
      ("maxelem", "-1"), ("maxelem", "1e3"), ("maxelem", "99999999999999999999"), ("max_entries", "+5"),
      ("download", "2"),
    ])
  func malformed(name: String, value: String) throws {
    let error = #expect(throws: RepresentationParameterError.self) {
      try RepresentationParameters([(name, value)])
    }
    guard case .malformed(name, value, let allowed)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(error?.description.contains(name) == true)
    #expect(error?.description.hasSuffix(allowed) == true)
  }

  @Test(
    "an unknown parameter is refused rather than ignored",
    arguments: ["famliy", "Family", "wait", "", "range"])
  func unknown(name: String) {
    #expect(throws: RepresentationParameterError.unknown(name)) {
      try RepresentationParameters([(name, "4")])
    }
  }

  @Test("an option without a meaning for the format is refused", arguments: ["plain", "json", "ipset"])
  func meaningless(format: String) {
    #expect(throws: RepresentationParameterError.meaningless("table", format: format)) {
      try RepresentationParameters([("format", format), ("table", "fw")])
    }
  }

  @Test(
    "a query that contradicts itself is refused; saying the same twice is not",
    arguments: [
      ([("family", "4"), ("family", "6")], true), ([("family", "4"), ("ipv4only", "1")], false),
      ([("cidr", "never"), ("aggregate", "1")], true), ([("cidr", "never"), ("aggregate", "0")], false),
      ([("aggregate", "1"), ("sum", "true")], false), ([("aggregate", "1"), ("sum", "0")], true),
    ] as [([(String, String)], Bool)])
  func contradictions(items: [(String, String)], isRefused: Bool) {
    let items = items.map { (name: $0.0, value: $0.1) }
    #expect((try? RepresentationParameters(items)) == nil ? isRefused : !isRefused)
  }

  @Test("the path's extension and the query's format must agree")
  func pathAndQuery() throws {
    #expect(throws: RepresentationParameterError.contradiction("format")) {
      try RepresentationParameters([("format", "json")], format: NFTFormat())
    }
    #expect(try RepresentationParameters([("format", "nft")], format: NFTFormat()).format.id == "nft")
  }

  @Test("a message repeats nothing that a firewall could take for an address or a host")
  func messagesHoldNoAddress() {
    for value in ["192.0.2.1", "evil.example", "2001:db8::1", "x y"] {
      let messages = [
        RepresentationParameterError.unknown(value).description,
        RepresentationParameterError.malformed("family", value, "4, 6 or both").description,
      ]
      for message in messages { #expect(!message.contains(value)) }
    }
  }
}
