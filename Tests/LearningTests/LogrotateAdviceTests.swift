import Testing

@testable import Learning

@Suite struct LogrotateAdviceTests {
  static let followed = ["/var/log/dnsmasq.log", "/var/log/named/query.log", "/var/log/a b.log"]

  @Test(
    "a followed file that is copied and truncated must be found, and no other",
    arguments: [
      ("/var/log/dnsmasq.log {\n  daily\n  copytruncate\n}\n", ["/var/log/dnsmasq.log"]),
      ("/var/log/dnsmasq.log {\n  daily\n  # copytruncate\n}\n", []),
      ("/var/log/dnsmasq.log\n{\ncopytruncate\n}", ["/var/log/dnsmasq.log"]),
      ("/var/log/*.log {\ncopytruncate\n}", ["/var/log/a b.log", "/var/log/dnsmasq.log"]),
      ("/var/log/*/*.log /x {\n\tcopytruncate\n}", ["/var/log/named/query.log"]),
      ("\"/var/log/a b.log\" {\ncopytruncate\n}", ["/var/log/a b.log"]),
      ("copytruncate\n/var/log/dnsmasq.log {\ndaily\n}", ["/var/log/dnsmasq.log"]),
      ("copytruncate\n/var/log/dnsmasq.log {\nnocopytruncate\n}", []),
      ("/var/log/other.log {\ncopytruncate\n}\n/var/log/dnsmasq.log {\ndaily\n}", []),
      ("/var/log/{dnsmasq,x}.log {\ncopytruncate\n}", ["/var/log/dnsmasq.log"]),
      ("/var/log/dnsmas[a-q].lo? {\ncopytruncate\n}", ["/var/log/dnsmasq.log"]),
      ("/var/log/dnsmas[!a-q].log {\ncopytruncate\n}", []),
      ("/var/log/dnsmasq.log {\n postrotate\n echo copytruncate\n endscript\n}", []),
      ("", []), ("{", []), ("}", []), ("/var/log/dnsmasq.log {\ncopytruncate", []),
    ])
  func finds(_ text: String, _ found: [String]) {
    #expect(LogrotateAdvice.copiedAndTruncated(text, followed: Self.followed) == found)
  }
}
