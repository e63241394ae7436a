import DNS
import Deciding
import Publishing
import TestTools
import Testing

@Suite struct WideningTests {
  private static func lines(
    _ addresses: [String], _ items: [(name: String, value: String)]
  ) throws -> [String] {
    let parameters = try RepresentationParameters(items)
    return try PlainFormat().render(Samples.snapshot(addresses), parameters.options).text
      .split(separator: "\n").map(String.init)
  }

  @Test(
    "an entry is widened as far as asked, never into special-purpose space, and what comes of it is joined",
    arguments: [
      (["20.0.0.5"], "24", "48", ["20.0.0.0/24"]),
      (["20.0.0.5", "20.0.1.9", "20.0.0.7"], "24", "48", ["20.0.0.0/23"]),
      (["20.0.0.5", "2603:1061:f:100::10"], "20", "44", ["20.0.0.0/20", "2603:1061::/44"]),
      (["20.0.0.5"], "32", "128", ["20.0.0.5"]),
      // 192.0.2.0/24 is for documentation, and 192.0.0.0/24 for protocols.
      (["192.0.3.5"], "20", "48", ["192.0.3.0/24"]), (["192.0.1.5"], "23", "48", ["192.0.1.0/24"]),
      (["2620:4f:8001::1"], "24", "44", ["2620:4f:8001::/48"]),
      // A site may allow private addresses; what lies around them stays out.
      (["10.0.0.5", "192.0.2.9"], "24", "48", ["10.0.0.5", "192.0.2.9"]),
    ])
  func widens(addresses: [String], widen4: String, widen6: String, lines: [String]) throws {
    #expect(try Self.lines(addresses, [("widen4", widen4), ("widen6", widen6)]) == lines)
  }

  @Test("it says how many addresses it lets through that the set lacks")
  func counts() throws {
    let snapshot = try Samples.snapshot(["20.0.0.5", "20.0.0.9", "2603::1"])
    var options = RenderOptions()
    #expect(try EntryList(snapshot, options).widenedBy == nil)
    options.widen4 = 24
    #expect(try EntryList(snapshot, options).widenedBy == 254)
    options.widen6 = 64
    let more = (UInt128(1) << 64) - 1 + 254
    #expect(try EntryList(snapshot, options).widenedBy == more)
    #expect(try JSONFormat().render(snapshot, options).text.contains("\"widened_by\":\"\(more)\""))
    options.comments = true
    #expect(try PlainFormat().render(snapshot, options).text.contains(" widened_by=\(more)\n"))
    #expect(try !JSONFormat().render(snapshot, RenderOptions()).text.contains("widened_by"))
  }

  @Test(
    "nothing is widened by accident, without a bound, or against another wish",
    arguments: [
      [("widen4", "19")], [("widen4", "0")], [("widen4", "33")], [("widen4", "")], [("widen4", "x")],
      [("widen6", "43")], [("widen6", "129")], [("widen4", "24"), ("aggregate", "0")],
      [("widen4", "24"), ("cidr", "never")], [("widen4", "24"), ("family", "6")],
      [("widen6", "48"), ("family", "4")], [("widen4", "24"), ("widen4", "20")], [("widen", "24")],
      [("format", "rpz"), ("widen4", "24")],
    ] as [[(name: String, value: String)]])
  func refused(items: [(name: String, value: String)]) {
    #expect(throws: RepresentationParameterError.self) { try RepresentationParameters(items) }
  }

  @Test("every format that lists entries writes the wide ones, and each element stays inside one")
  func formats() throws {
    var checked = 0
    for format in FormatRegistry.all where format.takes.contains(.widen4) {
      var options = Samples.options(format)
      let family = format.families.contains(.both) ? Families.both : .ipv4
      options.families = family
      (options.widen4, options.widen6) = (24, 48)
      let text = try format.render(Samples.snapshot(), options, Samples.context).text
      #expect(!text.contains("150.171.69.10"), "\(format.id)")
      #expect(text.contains("150.171.69."), "\(format.id)")
      checked += 1
    }
    #expect(checked > 20)
  }
}

@Suite struct SnapshotFilterTests {
  private static func snapshot() throws -> Snapshot {
    let names = ["mcr.microsoft.com", "mcr.azure.cn", "cn.example.com"]
    let elements = try names.enumerated().map { index, name in
      try SetElement(
        address: IPAddress(v4: 0x1400_0000 + UInt32(index)), names: [DomainName(name)],
        firstSeen: Samples.generatedAt, lastSeen: Samples.generatedAt)
    }
    return Snapshot(
      set: try #require(SetName("mcr")), generation: Generation(1), at: Samples.generatedAt,
      elements: elements, digest: .computing(elements.map(\.prefix)))
  }

  @Test(
    "a cloud is told by its names",
    arguments: [("public", ["20.0.0.0", "20.0.0.2"]), ("china", ["20.0.0.1"])])
  func clouds(cloud: String, addresses: [String]) throws {
    let filter = try RepresentationParameters([("cloud", cloud)]).filter
    #expect(!filter.isOpen)
    let passed = filter.applied(to: try Self.snapshot())
    #expect(passed.elements.map(\.address.description) == addresses)
    #expect(passed.digest == .computing(passed.elements.map(\.prefix)))
  }

  @Test(
    "what a set can't be picked by is refused with what to use instead",
    arguments: [("region", "eastus"), ("source", "observed"), ("source", "servicetag"), ("cloud", "moon")])
  func unavailable(name: String, value: String) throws {
    let error = #expect(throws: RepresentationParameterError.self) {
      try RepresentationParameters([(name, value)])
    }
    #expect(error?.description.contains(" Try: ") == true)
    #expect(error?.description.contains(name) == true)
  }

  @Test("source=dns is what every set is")
  func source() throws {
    #expect(try RepresentationParameters([("source", "dns")]).filter.isOpen)
  }
}

@Suite(.timeLimit(.minutes(2))) struct TimeoutKernelTests {
  @Test(
    "elements with a timeout load twice, run down, and a list without one doesn't replace them by accident",
    arguments: ["ipset", "nft"])
  func kernel(_ id: String) async throws {
    let format = try #require(FormatRegistry.format(id: id))
    let options = try RepresentationParameters([("format", id), ("timeout", "2h")]).options
    let body = try format.render(Samples.snapshot(), options)
    let outcome = try await Tool.networkShell(
      """
      f=$(mktemp -d); trap 'rm -rf $f' EXIT; cat > $f/all
      sed '/^===$/,$d' $f/all > $f/timed; sed '1,/^===$/d' $f/all > $f/plain
      load() { if [ $1 = ipset ]; then ipset restore < $2; else nft -f $2; fi; }
      load $1 $f/timed; sleep 1.1; load $1 $f/timed
      if [ $1 = ipset ]; then ipset save mcr4; else nft list set inet postern mcr4; fi
      ! load $1 $f/plain 2> /dev/null
      if [ $1 = ipset ]; then ipset save mcr4; else nft list set inet postern mcr4; fi | grep -c 150.171.69.10
      """, [id], input: body + Array("===\n".utf8) + (try format.render(Samples.snapshot(), RenderOptions())))
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.text.contains(id == "ipset" ? "timeout 7200" : "timeout 2h"), "\(outcome.text)")
    #expect(outcome.text.contains(id == "ipset" ? " timeout 7" : "expires 1h59m"), "\(outcome.text)")
    #expect(outcome.lines.last == "1", "\(outcome.text)")
  }

  @Test(
    "a timeout is a span that outlives a pause between loads, and belongs to kernel sets",
    arguments: [
      [("format", "nft"), ("timeout", "59s")], [("format", "nft"), ("timeout", "25d")],
      [("format", "nft"), ("timeout", "0")], [("format", "ipset"), ("timeout", "")],
      [("format", "plain"), ("timeout", "2h")],
    ] as [[(name: String, value: String)]])
  func refused(items: [(name: String, value: String)]) {
    #expect(throws: RepresentationParameterError.self) { try RepresentationParameters(items) }
  }
}
