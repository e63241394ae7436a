import DNS
import Deciding
import Foundation
import Publishing
import TestTools
import Testing

@Suite struct FormatTests {
  @Test("ids and file extensions are unique, plain words, and lead back to their format")
  func registry() {
    let all = FormatRegistry.all
    #expect(Set(all.map(\.id)).count == all.count)
    #expect(Set(all.map(\.fileExtension)).count == all.count)
    for format in all {
      #expect(format.id.wholeMatch(of: /[a-z0-9-]+/) != nil)
      #expect(format.fileExtension.wholeMatch(of: /[a-z0-9]+(\.[a-z0-9]+)*/) != nil)
      #expect(FormatRegistry.format(id: format.id)?.id == format.id)
      #expect(FormatRegistry.format(fileExtension: format.fileExtension)?.id == format.id)
    }
    #expect(FormatRegistry.format(id: "PLAIN") == nil)
    #expect(FormatRegistry.format(fileExtension: "exe") == nil)
  }

  @Test("plain is one entry on each line, IPv4 first, in numeric order, and nothing else")
  func plain() throws {
    #expect(
      try PlainFormat().render(Samples.snapshot(), RenderOptions()).text == """
        20.0.0.0/31
        150.171.69.10
        150.171.70.10
        2603:1061:f:100::10

        """)
  }

  @Test(
    "families, aggregation, lengths and comments change plain as asked",
    arguments: [
      ("family=4&aggregate=0", "20.0.0.0\n20.0.0.1\n150.171.69.10\n150.171.70.10\n"),
      ("family=6", "2603:1061:f:100::10\n"),
      (
        "cidr=always", "20.0.0.0/31\n150.171.69.10/32\n150.171.70.10/32\n2603:1061:f:100::10/128\n"
      ),
      ("cidr=never&NoIPv6=1", "20.0.0.0\n20.0.0.1\n150.171.69.10\n150.171.70.10\n"),
      (
        "family=6&comments=1",
        "# postern set=mcr generation=42 generated_at=2026-11-23T09:00:00Z entries=1\n2603:1061:f:100::10\n"
      ),
    ])
  func plainOptions(query: String, body: String) throws {
    let parameters = try RepresentationParameters(items(query))
    #expect(try parameters.format.render(Samples.snapshot(), parameters.options).text == body)
  }

  @Test("ipset fills a set beside the live one and swaps it in, each family in its own")
  func ipset() throws {
    #expect(
      try IPSetFormat().render(Samples.snapshot(), RenderOptions()).text == """
        # postern set=mcr family=4 generation=42
        create mcr4 hash:net family inet hashsize 1024 maxelem 65536 -exist
        destroy mcr4-new -exist
        create mcr4-new hash:net family inet hashsize 1024 maxelem 65536
        add mcr4-new 20.0.0.0/31
        add mcr4-new 150.171.69.10
        add mcr4-new 150.171.70.10
        swap mcr4-new mcr4
        destroy mcr4-new
        # postern set=mcr family=6 generation=42
        create mcr6 hash:net family inet6 hashsize 1024 maxelem 65536 -exist
        destroy mcr6-new -exist
        create mcr6-new hash:net family inet6 hashsize 1024 maxelem 65536
        add mcr6-new 2603:1061:f:100::10
        swap mcr6-new mcr6
        destroy mcr6-new

        """)
  }

  @Test("nft is one transaction that makes, empties and fills the sets")
  func nft() throws {
    #expect(
      try NFTFormat().render(Samples.snapshot(), RenderOptions()).text == """
        #!/usr/sbin/nft -f
        # postern set=mcr generation=42
        add table inet postern
        add set inet postern mcr4 { type ipv4_addr; flags interval; auto-merge; }
        add set inet postern mcr6 { type ipv6_addr; flags interval; auto-merge; }
        flush set inet postern mcr4
        flush set inet postern mcr6
        add element inet postern mcr4 { 20.0.0.0/31, 150.171.69.10, 150.171.70.10 }
        add element inet postern mcr6 { 2603:1061:f:100::10 }

        """)
  }

  @Test(
    "nft leaves out `add element` for a family without elements, whose empty braces would be a syntax error")
  func nftWithoutIPv6() throws {
    let body = try NFTFormat().render(Samples.snapshot(["20.0.0.1"]), RenderOptions()).text
    #expect(body.contains("flush set inet postern mcr6"))
    #expect(!body.contains("add element inet postern mcr6"))
  }

  @Test("json lists entries flat for jq and with names and times for people")
  func json() throws {
    let digest = try Samples.snapshot().digest
    #expect(
      try JSONFormat().render(Samples.snapshot(), RenderOptions()).text == """
        {"set":"mcr","generation":42,"generated_at":"2026-11-23T09:00:00Z","sha256":"\(digest)",\
        "counts":{"ipv4":4,"ipv6":1},"entries":{"ipv4":3,"ipv6":1},\
        "ipv4":["20.0.0.0/31","150.171.69.10","150.171.70.10"],"ipv6":["2603:1061:f:100::10"],"prefixes":[\
        {"cidr":"20.0.0.0/31","family":4,"fqdns":["eastus.data.mcr.microsoft.com","mcr.microsoft.com"],\
        "first_seen":"2026-11-23T07:59:59Z","last_seen":"2026-11-23T09:00:00Z"},\
        {"cidr":"150.171.69.10","family":4,"fqdns":["eastus.data.mcr.microsoft.com","mcr.microsoft.com"],\
        "first_seen":"2026-11-23T07:59:58Z","last_seen":"2026-11-23T08:59:58Z"},\
        {"cidr":"150.171.70.10","family":4,"fqdns":["mcr.microsoft.com"],\
        "first_seen":"2026-11-23T07:59:57Z","last_seen":"2026-11-23T08:59:57Z"},\
        {"cidr":"2603:1061:f:100::10","family":6,"fqdns":["eastus.data.mcr.microsoft.com","mcr.microsoft.com"],\
        "first_seen":"2026-11-23T07:59:56Z","last_seen":"2026-11-23T08:59:56Z"}]}

        """)
  }

  @Test("jq, as OPNsense and Check Point use it, finds every entry of the JSON body", arguments: [5, 4000])
  func jq(count: Int) async throws {
    let snapshot = try count == 5 ? Samples.snapshot() : Samples.large(count)
    let body = try JSONFormat().render(snapshot, RenderOptions())
    let plain = try PlainFormat().render(snapshot, RenderOptions()).text
    let flat = try await Tool.run("jq", ["-r", ".ipv4[], .ipv6[]"], input: body)
    let nested = try await Tool.run("jq", ["-r", ".prefixes[].cidr"], input: body)
    #expect(flat.text == plain)
    #expect(nested.text == plain)
    let named = try await Tool.run(
      "jq", ["[.prefixes[] | select(.fqdns | length > 0)] | length"], input: body)
    #expect(named.lines == ["\(plain.split(separator: "\n").count)"])
  }

  @Test("every format is the same bytes for the same snapshot and ends with a line feed")
  func deterministic() throws {
    for format in FormatRegistry.all {
      let options = Samples.options(format)
      let body = try format.render(Samples.large(500), options, Samples.context)
      #expect(try body == format.render(Samples.large(500), options, Samples.context))
      #expect(body.last == 0x0a)
      #expect(!body.contains(0x0d))
    }
  }

  @Test("nothing is ever rendered empty", arguments: Families.allCases)
  func neverEmpty(families: Families) throws {
    var options = RenderOptions()
    options.families = families
    let other = try families == .ipv6 ? Samples.snapshot(["20.0.0.1"]) : Samples.snapshot(["2603::1"])
    let snapshot = try families == .both ? Samples.snapshot([]) : other
    for format in FormatRegistry.all where format.families.contains(families) {
      guard families == .both || format.takes.contains(.family) else { continue }
      #expect(throws: RenderError.empty(snapshot.set, families)) {
        try format.render(snapshot, options, Samples.context)
      }
    }
  }

  @Test("what doesn't fit is refused, never cut")
  func limits() throws {
    let snapshot = try Samples.large(300)
    var options = RenderOptions()
    options.maxElements = 199
    #expect(throws: RenderError.overMaxElements(.ipv4, count: 200, limit: 199)) {
      try IPSetFormat().render(snapshot, options)
    }
    options = RenderOptions()
    options.maxEntries = 299
    for format in FormatRegistry.all
    where format.takes.contains(.maxEntries) && format.families.contains(.both) {
      #expect(throws: RenderError.tooManyEntries(count: 300, limit: 299)) {
        try format.render(snapshot, options)
      }
    }
    options = RenderOptions()
    options.cidr = .never
    #expect(throws: RenderError.needsLength(try #require(IPPrefix("20.0.0.0/31")))) {
      try PlainFormat().render(Samples.snapshot(), options)
    }
  }

  @Test("iprange and Python read the plain list as the same addresses")
  func sameAddresses() async throws {
    let snapshot = try Samples.large(3000)
    var options = RenderOptions()
    options.families = .ipv4
    let aggregated = try PlainFormat().render(snapshot, options)
    options.aggregate = false
    let single = try PlainFormat().render(snapshot, options)
    // Debian's iprange knows IPv4 only.
    #expect(try await Tool.run("iprange", ["-"], input: aggregated).text == aggregated.text)
    #expect(try await Tool.run("iprange", ["-"], input: single).text == aggregated.text)
    let script = """
      import ipaddress, sys
      nets = [ipaddress.ip_network(line.strip()) for line in sys.stdin]
      print(sum(net.num_addresses for net in nets), len({net.version for net in nets}))
      """
    let python = try await Tool.run(
      "python3", ["-c", script], input: try PlainFormat().render(snapshot, RenderOptions()))
    #expect(python.text == "3000 2\n")
  }

  private func items(_ query: String) -> [(name: String, value: String)] {
    query.split(separator: "&").map { item in
      let parts = item.split(separator: "=")
      return (String(parts[0]), String(parts[1]))
    }
  }
}
