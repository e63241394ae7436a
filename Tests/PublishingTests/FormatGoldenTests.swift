import DNS
import Deciding
import Foundation
import Publishing
import Testing

/// Each format's whole body for the sample set, as its consumers get it.
@Suite struct FormatGoldenTests {
  @Test(
    "the body is what the consumer's manual asks for",
    arguments: [
      ("juniper", "20.0.0.0/31\n150.171.69.10/32\n150.171.70.10/32\n2603:1061:f:100::10/128\n"),
      ("squid", "20.0.0.0/31\n150.171.69.10\n150.171.70.10\n2603:1061:f:100::10\n"),
      (
        "haproxy-map",
        "# postern set=mcr generation=42\n20.0.0.0/31 mcr\n150.171.69.10 mcr\n150.171.70.10 mcr\n2603:1061:f:100::10 mcr\n"
      ),
      (
        "nginx-geo",
        "# postern set=mcr generation=42\n20.0.0.0/31 1;\n150.171.69.10 1;\n150.171.70.10 1;\n2603:1061:f:100::10 1;\n"
      ),
      (
        "nginx-allow",
        "# postern set=mcr generation=42\nallow 20.0.0.0/31;\nallow 150.171.69.10;\nallow 150.171.70.10;\nallow 2603:1061:f:100::10;\n"
      ),
      (
        "iptables-restore",
        """
        # postern set=mcr family=4 generation=42
        *filter
        :mcr - [0:0]
        -A mcr -d 20.0.0.0/31 -j ACCEPT
        -A mcr -d 150.171.69.10 -j ACCEPT
        -A mcr -d 150.171.70.10 -j ACCEPT
        COMMIT

        """
      ),
      (
        "cisco-asa",
        """
        ! postern set=mcr generation=42
        object-group network mcr
         network-object 20.0.0.0 255.255.255.254
         network-object host 150.171.69.10
         network-object host 150.171.70.10
         network-object host 2603:1061:f:100::10

        """
      ),
      (
        "checkpoint-gdc",
        #"{"version":"1.0","description":"postern","objects":[{"name":"mcr","id":"@ID@","description":"generation 42","ranges":["20.0.0.0/31","150.171.69.10","150.171.70.10","2603:1061:f:100::10"]}]}"#
          + "\n"
      ),
      (
        "tfvars",
        #"{"mcr_ipv4_cidrs":["20.0.0.0/31","150.171.69.10/32","150.171.70.10/32"],"mcr_ipv6_cidrs":["2603:1061:f:100::10/128"],"mcr_generation":42}"#
          + "\n"
      ),
      (
        "misp-warninglist",
        #"{"name":"postern mcr","version":42,"description":"The addresses of the names that postern's set mcr watches","type":"cidr","matching_attributes":["ip-src","ip-dst","domain|ip","ip-src|port","ip-dst|port"],"list":["20.0.0.0/31","150.171.69.10/32","150.171.70.10/32","2603:1061:f:100::10/128"]}"#
          + "\n"
      ),
      (
        "gcp-address-group",
        #"{"description":"postern mcr generation 42","type":"IPV4","capacity":100,"items":["20.0.0.0/31","150.171.69.10/32","150.171.70.10/32"]}"#
          + "\n"
      ),
      (
        "aws-prefix-list",
        #"{"set":"mcr","generation":42,"create":{"PrefixListName":"mcr","AddressFamily":"IPv4","MaxEntries":60,"Entries":[{"Cidr":"20.0.0.0/31","Description":"postern mcr"},{"Cidr":"150.171.69.10/32","Description":"postern mcr"},{"Cidr":"150.171.70.10/32","Description":"postern mcr"}]},"modify":[]}"#
          + "\n"
      ),
      (
        "powershell",
        """
        # postern set=mcr generation=42
        $ErrorActionPreference = 'Stop'
        $id = '{@ID@}'
        $addresses = @(
        '20.0.0.0/31',
        '150.171.69.10',
        '150.171.70.10',
        '2603:1061:f:100::10'
        ) -join ','
        if (Get-NetFirewallDynamicKeywordAddress -Id $id -ErrorAction SilentlyContinue) {
          Update-NetFirewallDynamicKeywordAddress -Id $id -Addresses $addresses
        } else {
          New-NetFirewallDynamicKeywordAddress -Id $id -Keyword 'mcr' -Addresses $addresses
        }

        """
      ),
      (
        "csv",
        """
        cidr,family,fqdns,first_seen,last_seen
        20.0.0.0/31,4,eastus.data.mcr.microsoft.com mcr.microsoft.com,2026-11-23T07:59:59Z,2026-11-23T09:00:00Z
        150.171.69.10,4,eastus.data.mcr.microsoft.com mcr.microsoft.com,2026-11-23T07:59:58Z,2026-11-23T08:59:58Z
        150.171.70.10,4,mcr.microsoft.com,2026-11-23T07:59:57Z,2026-11-23T08:59:57Z
        2603:1061:f:100::10,6,eastus.data.mcr.microsoft.com mcr.microsoft.com,2026-11-23T07:59:56Z,2026-11-23T08:59:56Z

        """
      ),
      (
        "rpz",
        """
        ; postern set=mcr generation=42
        $TTL 60
        @ IN SOA localhost. root.localhost. 42 30 15 604800 60
        @ IN NS localhost.
        mcr.microsoft.com IN CNAME rpz-passthru.
        *.data.mcr.microsoft.com IN CNAME rpz-passthru.

        """
      ),
      (
        "rpz-pin",
        """
        ; postern set=mcr generation=42
        $TTL 60
        @ IN SOA localhost. root.localhost. 42 30 15 604800 60
        @ IN NS localhost.
        eastus.data.mcr.microsoft.com IN A 20.0.0.0
        eastus.data.mcr.microsoft.com IN A 150.171.69.10
        eastus.data.mcr.microsoft.com IN AAAA 2603:1061:f:100::10
        mcr.microsoft.com IN A 20.0.0.0
        mcr.microsoft.com IN A 20.0.0.1
        mcr.microsoft.com IN A 150.171.69.10
        mcr.microsoft.com IN A 150.171.70.10
        mcr.microsoft.com IN AAAA 2603:1061:f:100::10

        """
      ),
    ])
  func golden(id: String, body: String) throws {
    let format = try #require(FormatRegistry.format(id: id))
    let rendered = try format.render(Samples.snapshot(), format.defaultOptions, Samples.context).text
    // uuid.uuid5(uuid.NAMESPACE_DNS, "mcr.set.postern.invalid") says Python.
    #expect(rendered == body.replacing("@ID@", with: "4a9c4f61-6ddb-5ae9-9ccf-e4fdb95cda1e"))
  }

  @Test("ranges are the widest runs of neighbours, and only where they were asked for")
  func ranges() throws {
    let snapshot = try Samples.snapshot([
      "20.0.0.1", "20.0.0.2", "20.0.0.3", "20.0.1.9", "2603::f", "2603::10",
    ])
    for format in ["plain", "squid"] {
      let parameters = try RepresentationParameters([("format", format), ("ranges", "1")])
      #expect(
        try parameters.format.render(snapshot, parameters.options).text
          == "20.0.0.1-20.0.0.3\n20.0.1.9\n2603::f-2603::10\n")
    }
    let parameters = try RepresentationParameters([("ranges", "1"), ("max_entries", "3")])
    #expect(try parameters.format.render(snapshot, parameters.options).count > 0)
  }

  @Test("with since it is the differences: additions come first, and a call to AWS has a hundred at most")
  func since() throws {
    let old = try Samples.snapshot((0..<150).map { "20.0.\($0).1" }, generation: 41)
    let new = try Samples.snapshot((100..<250).map { "20.0.\($0).1" })
    let context = RenderContext(previous: old)
    var options = AWSPrefixListFormat().defaultOptions
    options.since = old.generation
    options.capacity = 1000
    let aws = try AWSPrefixListFormat().render(new, options, context).text
    #expect(
      aws.hasPrefix(
        #"{"set":"mcr","generation":42,"since":41,"modify":[{"AddEntries":[{"Cidr":"20.0.150.1/32""#))
    #expect(aws.components(separatedBy: "RemoveEntries").count == 2)
    #expect(aws.components(separatedBy: "Cidr").count == 201)
    options.families = .both
    let asa = try CiscoASAFormat().render(new, options, context).text
    #expect(
      asa.hasPrefix(
        "! postern set=mcr since=41 generation=42\nobject-group network mcr\n network-object host 20.0.150.1\n"
      ))
    #expect(asa.hasSuffix(" no network-object host 20.0.99.1\n"))
    #expect(throws: RenderError.noPrevious(Generation(41))) { try CiscoASAFormat().render(new, options) }
    options.since = Generation(0)
    #expect(
      try CiscoASAFormat().render(new, options).text.components(separatedBy: "\n network-object").count == 151
    )
  }

  @Test("what a consumer can't hold is refused")
  func refused() throws {
    let large = try Samples.snapshot((0..<5_001).map { "20.\($0 / 250).\($0 % 250).1" })
    #expect(throws: RenderError.overLimit(format: "azure-ipgroup", .entries, count: 5_001, limit: 5_000)) {
      try AzureIPGroupFormat().render(large, AzureIPGroupFormat().defaultOptions)
    }
    #expect(throws: RenderError.tooManyForCapacity(count: 5_001, limit: 60)) {
      try AWSPrefixListFormat().render(large, AWSPrefixListFormat().defaultOptions)
    }
    #expect(throws: RenderError.tooManyForCapacity(count: 5_001, limit: 100)) {
      try GCPAddressGroupFormat().render(large, GCPAddressGroupFormat().defaultOptions)
    }
    #expect(throws: RenderError.overLimit(format: "rpz-pin", .addressesPerName, count: 2_501, limit: 2_000)) {
      try PinZoneFormat().render(large, RenderOptions())
    }
    for format in FormatRegistry.all where !format.families.contains(.both) {
      #expect(throws: RenderError.familyNotTaken(format: format.id, format.families)) {
        try format.render(Samples.snapshot(), RenderOptions())
      }
    }
    for format in FormatRegistry.all where format.needs.contains(.selectors) {
      #expect(throws: RenderError.missing(.selectors, format: format.id)) {
        try format.render(Samples.snapshot(), RenderOptions())
      }
    }
    let huge = try Samples.snapshot(
      (0..<100_000).map { "\(20 + $0 / 50_000).\($0 / 250 % 200).\($0 % 250).1" })
    for format in FormatRegistry.all where format.limits.contains(where: { $0.unit == .octets }) {
      #expect(throws: RenderError.self) { try format.render(huge, RenderOptions()).count }
    }
  }

  @Test(
    "names that a consumer would read as something else are refused, and so are selectors that it can't express"
  )
  func names() throws {
    var options = RenderOptions()
    for name in ["a_b", "ends-"] {
      options.name = SetName(name)
      for id in ["calico", "cilium", "k8s-netpol"] {
        let format = try #require(FormatRegistry.format(id: id))
        #expect(throws: RenderError.self) { try format.render(Samples.snapshot(), options) }
      }
    }
    options.name = SetName("1a")
    #expect(throws: RenderError.self) { try TerraformFormat().render(Samples.snapshot(), options) }
    for chain in ["INPUT", "ACCEPT", "-x", "1", "a b", "a\nb", "abcdefghijklmnopqrstuvwxyzabc"] {
      #expect(ChainName(chain) == nil)
    }
    let inner = try NamePattern("a.*.example.com")
    for selector in [
      Selector.pattern(inner), .name(try DomainName("a;b.example")), .name(try DomainName("a\\010b.example")),
    ] {
      for id in ["rpz", "azure-application-rule"] {
        let format = try #require(FormatRegistry.format(id: id))
        #expect(throws: RenderError.self) {
          try format.render(Samples.snapshot(), RenderOptions(), RenderContext(selectors: [selector]))
        }
      }
    }
    let evil = try SetElement(
      address: #require(IPAddress("20.0.0.1")), names: [DomainName("a$include.example")],
      firstSeen: Samples.generatedAt, lastSeen: Samples.generatedAt)
    let snapshot = Snapshot(
      set: try #require(SetName("mcr")), generation: Generation(1), at: Samples.generatedAt, elements: [evil],
      digest: .computing([evil.prefix]))
    #expect(throws: RenderError.self) { try PinZoneFormat().render(snapshot, RenderOptions()) }
  }

  @Test("a pinned name without an address of the asked family has no data, rather than what DNS says")
  func pinWithoutFamily() throws {
    var options = RenderOptions()
    options.families = .ipv6
    let body = try PinZoneFormat().render(Samples.snapshot(["20.0.0.1", "2603::1", "2603::2"]), options).text
    #expect(!body.contains(" A "))
    let element = try SetElement(
      address: #require(IPAddress("20.0.0.1")), names: [DomainName("four.example")],
      firstSeen: Samples.generatedAt, lastSeen: Samples.generatedAt)
    let other = try Samples.snapshot(["2603::1"])
    let mixed = Snapshot(
      set: other.set, generation: other.generation, at: other.at, elements: [element] + other.elements,
      digest: .computing([element.prefix]))
    #expect(try PinZoneFormat().render(mixed, options).text.contains("four.example IN CNAME *.\n"))
  }

  @Test("the tags of the public cloud are both there; China's template says that one is missing")
  func serviceTags() throws {
    let format = AzureServiceTagFormat()
    let global = try format.render(Samples.snapshot(), RenderOptions(), Samples.context).text
    #expect(global.contains(#""destinationAddressPrefix":"MicrosoftContainerRegistry""#))
    #expect(global.contains(#""destinationAddressPrefix":"AzureFrontDoor.FirstParty""#))
    let china = try format.render(
      Samples.snapshot(), RenderOptions(), RenderContext(serviceTags: Profile.mcrChina.expectedServiceTags)
    ).text
    #expect(!china.contains(#""destinationAddressPrefix":"AzureFrontDoor.FirstParty""#))
    #expect(china.contains("doesn't exist in this cloud"))
    #expect(throws: RenderError.missing(.serviceTags, format: format.id)) {
      try format.render(Samples.snapshot(), RenderOptions())
    }
  }
}
