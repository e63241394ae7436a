import Applying
import Deciding
import Testing

@Suite struct FollowRuleTests {
  static func offer(_ generation: Int64, _ octet: UInt8 = 1, isStale: Bool = false) -> Offer {
    Offer(
      generation: Generation(generation), digest: Digest(octets: [UInt8](repeating: octet, count: 32)),
      isStale: isStale)
  }

  @Test(
    "generations only grow, the same one never changes, and a stale set isn't begun with",
    arguments: [
      (offer(5), nil, false, .fetch), (offer(5), offer(5), false, .known),
      (offer(6, 2), offer(5), false, .fetch),
      (offer(4, 2), offer(5), false, .refuse(.rollback(from: Generation(5), to: Generation(4)))),
      (offer(4, 2), offer(5), true, .fetch), (offer(5, 2), offer(5), false, .refuse(.forked(Generation(5)))),
      (offer(5, 1, isStale: true), nil, false, .refuse(.stale(Generation(5)))),
      (offer(5, 1, isStale: true), offer(5), false, .known),
      (offer(6, 2, isStale: true), offer(5), true, .refuse(.stale(Generation(6)))),
    ] as [(Offer, Offer?, Bool, TrustRule.Verdict)])
  func judge(offer: Offer, taken: Offer?, allowsRollback: Bool, verdict: TrustRule.Verdict) {
    #expect(TrustRule.judge(offer, after: taken, allowsRollback: allowsRollback) == verdict)
  }

  @Test("a server that can't push is asked in the next best way, and for better ones again later")
  func channels() {
    var plan = FollowPlan()
    #expect(plan.next(after: .unknown, polling: .seconds(10), random: 0.5) == .zero)
    #expect(plan.channel == .longPoll)
    #expect(plan.next(after: .unknown, polling: .seconds(10), random: 0.5) == .zero)
    #expect(plan.channel == .polling)
    #expect(plan.next(after: .ended, polling: .seconds(10), random: 0.5) == .seconds(10))
    for _ in 0..<59 { _ = plan.next(after: .ended, polling: .seconds(10), random: 0.5) }
    #expect(plan.channel == .events)
  }

  @Test("the pause doubles to a minute, is never longer, and ends with the first success")
  func backoff() {
    var plan = FollowPlan()
    let pauses = (0..<12).map { _ in plan.next(after: .failed, polling: .seconds(10), random: 1) }
    #expect(pauses.prefix(4) == [.milliseconds(500), .seconds(1), .seconds(2), .seconds(4)])
    #expect(pauses.last == .seconds(60))
    #expect(plan.channel == .events)
    _ = plan.next(after: .ended, polling: .seconds(10), random: 1)
    #expect(plan.next(after: .failed, polling: .seconds(10), random: 0) == .milliseconds(250))
  }

  @Test("events are read however they are cut", arguments: [1, 2, 3, 7, 1000])
  func events(_ size: Int) throws {
    let text = Array(
      ": hello\r\n\r\nevent: generation\nid: 42\ndata: {\"a\":\ndata: 1}\n\nid: 43\ndata: x\r\r".utf8)
    var reader = EventReader()
    var events = [EventReader.Event]()
    for start in stride(from: 0, to: text.count, by: size) {
      events += try reader.read(text[start..<min(start + size, text.count)])
    }
    #expect(events.map(\.name) == ["generation", "message"])
    #expect(events.map(\.id) == ["42", "43"])
    #expect(events.map(\.data) == ["{\"a\":\n1}", "x"])
  }

  @Test("an event without end is refused, and a night of keep-alive comments isn't")
  func endless() throws {
    var reader = EventReader()
    for _ in 0..<100_000 { _ = try reader.read(Array(": keep-alive\n\n".utf8)) }
    for _ in 0..<100_000 { _ = try reader.read(Array(": keep-alive\n".utf8)) }
    #expect(throws: FollowFault.self) {
      for _ in 0..<200_000 { _ = try reader.read(Array("data: x".utf8)) }
    }
  }

  @Test(
    "the URL of a server, or of the set there, leads to the set; what could leak a password or miss the set is refused",
    arguments: [
      ("http://127.0.0.1:8053", "http://127.0.0.1:8053/v1/sets/mcr/version"),
      ("https://p.example/", "https://p.example/v1/sets/mcr/version"),
      ("https://p.example/t/abc/", "https://p.example/t/abc/v1/sets/mcr/version"),
      ("https://p.example/v1/sets/mcr.txt", "https://p.example/v1/sets/mcr/version"),
      ("https://[2001:db8::1]:8053/v1/sets/mcr", "https://[2001:db8::1]:8053/v1/sets/mcr/version"),
      ("https://p.example/v1/sets/other", nil), ("ftp://p.example", nil), ("p.example", nil),
      ("https://u:p@p.example", nil), ("https://p.example?x=1", nil), ("", nil),
    ] as [(String, String?)])
  func urls(_ text: String, url: String?) throws {
    #expect(try FollowedServer(text, set: Samples.name())?.url("/version") == url)
  }
}
