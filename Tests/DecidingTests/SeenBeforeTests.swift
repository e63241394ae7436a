import DNS
import Testing

@testable import Deciding

@Suite struct SeenBeforeTests {
  @Test("A name that comes again is taken for new when thousands of others came between")
  func lasting() throws {
    var seen = SeenBefore()
    let kept = try (0..<1000).map { try DomainName("real\($0).example") }
    for name in kept { _ = seen.note(name) }
    for number in 0..<20_000 { _ = seen.note(try DomainName("made-up\(number).example")) }
    // One in about a million is pushed out: two of a thousand never are.
    let forgotten = kept.filter { !seen.note($0) }
    #expect(forgotten.count <= 1, "\(forgotten)")
  }
}
