import DNS
import Deciding
import Resolving
import Testing

@Suite struct UpstreamTests {
  @Test(arguments: [
    ("192.0.2.1", "192.0.2.1:53", "192.0.2.1"), ("192.0.2.1:5353", "192.0.2.1:5353", "192.0.2.1:5353"),
    ("2001:db8::1", "[2001:db8::1]:53", "2001:db8::1"), ("[2001:DB8::1]", "[2001:db8::1]:53", "2001:db8::1"),
    ("[2001:db8::1]:65535", "[2001:db8::1]:65535", "[2001:db8::1]:65535"),
  ])
  func `An address with or without a port is read`(text: String, endpoint: String, vantage: String) throws {
    let upstream = try Upstream(text)
    #expect(upstream.endpoint == endpoint && upstream.vantage == Vantage(vantage))
  }

  @Test(arguments: [
    ("fe80::1%eth0", UpstreamError.zone("fe80::1%eth0")), ("[fe80::1%1]:53", .zone("[fe80::1%1]:53")),
    ("127.0.0.1:99999", .port("127.0.0.1:99999")), ("127.0.0.1:0", .port("127.0.0.1:0")),
    ("127.0.0.1:", .port("127.0.0.1:")), ("127.0.0.1:+5", .port("127.0.0.1:+5")), ("", .notAnAddress("")),
    ("resolver.example", .notAnAddress("resolver.example")),
    ("[127.0.0.1]:53", .notAnAddress("[127.0.0.1]:53")),
    ("[2001:db8::1]53", .notAnAddress("[2001:db8::1]53")), ("[2001:db8::1", .notAnAddress("[2001:db8::1")),
  ])
  func `Anything else is refused with its reason`(text: String, error: UpstreamError) {
    #expect(throws: error) { try Upstream(text) }
  }
}
