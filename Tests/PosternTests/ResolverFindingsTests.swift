import DNS
import Deciding
import Testing

@testable import postern

@Suite struct ResolverFindingsTests {
  private static let seen = [
    SeenResolver(identity: "dns-1", address: "10.0.0.53", port: 53),
    SeenResolver(identity: nil, address: "2001:db8::53", port: 5353),
  ]

  private static func report(_ label: String = "office") -> SourceReport {
    var report = SourceReport(label: label, kind: "dnstap")
    report.resolvers = seen
    return report
  }

  private static func lines(
    _ reports: [SourceReport], upstreams: [(String, Int)], trusted: Set<String> = [], own: Set<String> = []
  ) -> [String] {
    ResolverFindings(
      reports, silent: trusted,
      upstreams: ResolverPlaces(
        upstreams.compactMap { text, port in
          IPAddress(text).map { ResolverPlaces.Place(address: $0, port: port) }
        }, own: Set(own.compactMap { IPAddress($0) }))
    ).all.map(\.sentence)
  }

  @Test func `Each resolver that clients ask and Postern doesn't is named once, with the line to add`() {
    let lines = Self.lines([Self.report(), Self.report("again")], upstreams: [("10.0.0.54", 53)])
    #expect(lines.count == 2)
    #expect(lines.first?.contains("'- { address: \"10.0.0.53\", name: dns-1 }' under upstreams") == true)
    #expect(lines.last?.contains("'- \"[2001:db8::53]:5353\"' under upstreams") == true)
  }

  @Test func `A log can't be trusted as a tap can, so the advice doesn't say so`() {
    var log = SourceReport(label: "bind:/l", kind: "bind")
    log.resolvers = [SeenResolver(identity: nil, address: "10.0.0.53", port: 53)]
    let tap = Self.lines([Self.report()], upstreams: [])
    #expect(tap.allSatisfy { $0.hasSuffix("or trusted: true for this tap") })
    #expect(
      Self.lines([log], upstreams: []).allSatisfy { $0.hasSuffix("Try: '- \"10.0.0.53\"' under upstreams") })
  }

  @Test func `Nothing is said of upstreams, of trusted taps and of taps that can't tell`() {
    #expect(Self.lines([Self.report()], upstreams: [("10.0.0.53", 53), ("2001:db8::53", 5353)]).isEmpty)
    #expect(Self.lines([Self.report()], upstreams: [], trusted: ["office"]).isEmpty)
    #expect(Self.lines([SourceReport(label: "office", kind: "dnstap")], upstreams: []).isEmpty)
  }

  @Test func `A resolver on this machine is the same under each of its addresses, at the same port`() {
    let own: Set = ["127.0.0.1", "10.0.0.53", "2001:db8::53"]
    #expect(Self.lines([Self.report()], upstreams: [("127.0.0.1", 53)], own: own).count == 1)
    #expect(Self.lines([Self.report()], upstreams: [("127.0.0.1", 54)], own: own).count == 2)
  }
}
