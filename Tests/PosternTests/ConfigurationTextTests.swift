import Testing

@testable import postern

@Suite struct QuantityTextTests {
  @Test(
    "a size that is read wrongly fills the disk or forgets the past",
    arguments: [
      ("20GB", 20_000_000_000), ("500MB", 500_000_000), ("1TB", 1_000_000_000_000), ("1500MB", 1_500_000_000),
      ("20", nil), ("GB", nil), ("1.5GB", nil), ("-1GB", nil), ("20GiB", nil), ("20gb", nil),
      ("99999999999TB", nil),
    ] as [(String, Int64?)])
  func readsSizes(_ text: String, _ octets: Int64?) {
    #expect(QuantityText.octets(text) == octets)
    if let octets { #expect(QuantityText.octets(QuantityText.text(octets: octets)) == octets) }
  }

  @Test("a file's size is told with a tenth", arguments: [(1_234_567, "1.2MB"), (9_876, "9kB"), (0, "0kB")])
  func writesSizes(_ octets: Int64, _ text: String) {
    #expect(QuantityText.text(octets: octets) == text)
  }

  @Test(
    "a duration that is read wrongly keeps addresses too long or too short",
    arguments: [
      ("500ms", Duration.milliseconds(500)), ("30s", .seconds(30)), ("5m", .seconds(300)),
      ("24h", .seconds(86_400)),
      ("7d", .seconds(604_800)), ("0s", .zero), ("", nil), ("5", nil), ("m", nil), ("-5m", nil), ("05m", nil),
      ("1.5h", nil), ("1h30m", nil), ("5 m", nil), ("5M", nil), ("5us", nil), ("9999999999999999d", nil),
      ("99999999999999999999s", nil),
    ] as [(String, Duration?)])
  func readsDurations(_ text: String, _ duration: Duration?) {
    #expect(QuantityText.duration(text) == duration)
  }

  @Test(
    "a duration that is written wrongly would read back as another",
    arguments: [
      (Duration.milliseconds(1500), "1500ms"), (.seconds(90), "90s"), (.seconds(5400), "90m"),
      (.seconds(86_400), "1d"),
      (.seconds(90_000), "25h"), (.zero, "0s"),
    ])
  func writesDurations(_ duration: Duration, _ text: String) {
    #expect(QuantityText.text(duration) == text)
    #expect(QuantityText.duration(text) == duration)
  }

  @Test(
    "a share or factor that is read wrongly disarms a guard",
    arguments: [
      ("50%", 0.5, nil), ("12.5%", 0.125, nil), ("10x", nil, 10), ("1.5x", nil, 1.5), ("50", nil, nil),
      ("%", nil, nil),
      ("-5%", nil, nil), ("1e2%", nil, nil), (".5%", nil, nil), ("5.%", nil, nil), ("nan%", nil, nil),
      ("0x", nil, 0),
      ("0x10", nil, nil),
    ] as [(String, Double?, Double?)])
  func readsSharesAndFactors(_ text: String, _ share: Double?, _ factor: Double?) {
    #expect(QuantityText.percentage(text) == share)
    #expect(QuantityText.factor(text) == factor)
  }
}

@Suite struct NearestKeyTests {
  @Test(
    "a suggestion that isn't meant is worse than a list",
    arguments: [
      ("lisen", "listen"), ("lsiten", "listen"), ("Listen", "listen"), ("retension", "retention"),
      ("max_stale", "maxStale"),
      ("clientsubnet", "clientSubnet"), ("x", nil), ("nothing", nil), ("", nil),
    ] as [(String, String?)])
  func suggests(_ word: String, _ nearest: String?) {
    let keys = ["listen", "retention", "maxStale", "clientSubnet", "refresh"]
    #expect(NearestKey.find(word, among: keys) == nearest)
  }

  @Test(
    "the distance counts letters",
    arguments: [("", "", 0), ("a", "", 1), ("ab", "ba", 1), ("kitten", "sitting", 3)])
  func distance(_ left: String, _ right: String, _ steps: Int) {
    #expect(NearestKey.distance(left, right) == steps)
    #expect(NearestKey.distance(right, left) == steps)
  }
}
