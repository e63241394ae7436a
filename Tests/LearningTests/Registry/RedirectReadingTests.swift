import DNS
import Learning
import Testing

struct RedirectReadingTests {
  static let registry = RegistryEndpoint(host: DomainName(canonical: "localhost"), port: 5443)
  static let secret = "sEcReT"

  @Test(
    "Of a Location only the host is read, in its canonical form",
    arguments: [
      "https://eastus.data.mcr.microsoft.com/abc-def//docker/registry/v2/blobs/sha256/aa/data?se=1&sig=\(secret)",
      "https://eastus.data.mcr.microsoft.com", "https://eastus.data.mcr.microsoft.com?sig=\(secret)",
      "https://eastus.data.mcr.microsoft.com#\(secret)", "https://eastus.data.mcr.microsoft.com:443/",
      "https://eastus.data.mcr.microsoft.com:/", "https://eastus.data.mcr.microsoft.com./x",
      "HTTPS://EastUS.Data.MCR.Microsoft.COM/", "//eastus.data.mcr.microsoft.com/x",
      "https://eastus.data.mcr.microsoft.com?u=https://user@evil.example/",
      "https://eastus.data.mcr.microsoft.com/../../x@y:z",
    ])
  func host(_ text: String) {
    #expect(
      RedirectReading(text, from: Self.registry)
        == .host(DomainName(canonical: "eastus.data.mcr.microsoft.com")))
  }

  @Test(
    "A relative reference, and the registry's own host and port, stay at the registry",
    arguments: [
      "/v2/x/blobs/y", "blobs/y", "https://localhost:5443/x", "https://LOCALHOST:5443", "//localhost:5443/x",
      "/https://evil.example/", "./https://evil.example/",
    ])
  func ownHost(_ text: String) {
    #expect(RedirectReading(text, from: Self.registry) == .ownHost)
  }

  @Test(
    "A place that no container host should be led to is refused with its reason, and shown without a secret",
    arguments: [
      ("", .malformed, ""),
      ("?sig=\(secret)", .malformed, ""),
      ("http://169.254.169.254/latest/meta-data?\(secret)", .scheme, "http://169.254.169.254"),
      ("file:///etc/passwd", .scheme, "file://"),
      ("file:/etc/passwd", .scheme, "file://"),
      ("ftp://x.example/\(secret)", .scheme, "ftp://x.example"),
      ("javascript:alert(1)", .scheme, "javascript://"),
      ("https:evil.example/", .malformed, "https://"),
      ("https:/evil.example/", .malformed, "https://"),
      ("https:///evil.example/", .host, "https://"),
      ("https://\(secret)@x.example/", .userinfo, "https://x.example"),
      ("https://user:\(secret)@x.example/", .userinfo, "https://x.example"),
      ("https://mcr.microsoft.com@evil.example/", .userinfo, "https://evil.example"),
      ("https://@x.example/", .userinfo, "https://x.example"),
      ("https://169.254.169.254/", .address, "https://169.254.169.254"),
      ("https://127.1/", .address, "https://127.1"),
      ("https://2130706433/", .address, "https://2130706433"),
      ("https://0x7f000001/", .address, "https://0x7f000001"),
      ("https://x.0x7f/", .address, "https://x.0x7f"),
      ("https://10.0.0.1./", .address, "https://10.0.0.1."),
      ("https://[::1]/", .address, "https://[::1]"),
      ("https://[::ffff:169.254.169.254]:443/", .address, "https://[::ffff:169.254.169.254]:443"),
      ("https://x.example:8443/", .port, "https://x.example:8443"),
      ("https://localhost:5444/", .port, "https://localhost:5444"),
      ("https://x.example:99999/", .malformed, "https://x.example:99999"),
      ("https://x.example:44x/", .malformed, "https://x.example:44x"),
      ("https://x.example:443:443/", .malformed, "https://x.example:443:443"),
      ("https://x.example:-443/", .malformed, "https://x.example:-443"),
      ("https://localhost/", .host, "https://localhost"),
      ("https://ｅastus.data.mcr.microsoft.com/", .host, "https://…"),
      ("https://münchen.example/", .host, "https://m…"),
      ("https://x%2eexample.com/", .host, "https://x…"),
      ("https://x.example%3fsig=\(secret)/", .host, "https://x.example…"),
      ("https://x.example;\(secret)/", .host, "https://x.example…"),
      ("https://x_y.example/", .host, "https://x…"),
      ("https://*.data.mcr.microsoft.com/", .host, "https://…"),
      ("https://-x.example/", .host, "https://-x.example"),
      ("https://x..example/", .host, "https://x..example"),
      ("https://.example.com/", .host, "https://.example.com"),
      ("https://x.example../", .host, "https://x.example.."),
      ("https://x.example\\@evil.example/", .malformed, ""),
      ("https://x.example/a b", .malformed, ""),
      ("https://x.example\r\nX: y", .malformed, ""),
      (" https://x.example/", .malformed, ""),
      ("https://x.\u{0}example/", .malformed, ""),
    ] as [(String, RedirectFault, String)])
  func refused(_ text: String, _ fault: RedirectFault, _ sample: String) {
    let reading = RedirectReading(text, from: Self.registry)
    #expect(reading == .refused(fault, sample: sample))
    #expect(!String(reflecting: reading).contains(Self.secret))
  }

  @Test("A label over 63 octets, a name over 253 and a text over 8 KiB are refused")
  func tooLong() {
    let label = String(repeating: "a", count: 64)
    let long = Array(repeating: String(repeating: "b", count: 63), count: 4).joined(separator: ".")
    for text in ["https://\(label).example/", "https://\(long).example/"] {
      guard case .refused(.host, let sample) = RedirectReading(text, from: Self.registry) else {
        Issue.record("\(text) was believed")
        continue
      }
      #expect(sample.count <= 120)
    }
    let huge = "https://x.example/?" + String(repeating: "s", count: RedirectReading.longest)
    #expect(RedirectReading(huge, from: Self.registry) == .refused(.tooLong, sample: ""))
  }
}
