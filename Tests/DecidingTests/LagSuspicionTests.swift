import DNS
import Testing

@testable import Deciding

/// What a vantage told in order: `o` old addresses, `c` current ones of the same name, `.` something about another name.
struct LagRow: Sendable, CustomTestStringConvertible {
  let told: String
  /// How many of them prove that it lags; nil when all of them don't.
  let proof: Int?
  var gap = Duration.seconds(60)
  var testDescription: String { "\(told.prefix(24))… every \(gap)" }
}

@Suite struct LagSuspicionTests {
  private static let question = Question(dnsName("a.example.com"), .a)
  private static let other = Question(dnsName("b.example.com"), .a)

  @Test(arguments: [
    LagRow(told: String(repeating: "o", count: 40), proof: 10),
    LagRow(told: "ooooooooocoo", proof: 12),
    LagRow(told: String(repeating: "oc", count: 40), proof: 37),
    LagRow(told: String(repeating: "oooc", count: 40), proof: 15),
    LagRow(told: String(repeating: "occ", count: 200), proof: nil),
    LagRow(told: String(repeating: "o.....", count: 40), proof: 55),
    LagRow(told: "ooooooooo" + String(repeating: "c", count: 18) + "ooooooooo", proof: nil),
    // Ten within less than five minutes, about one name: another cache may just have been slower.
    LagRow(told: String(repeating: "o", count: 40), proof: 31, gap: .seconds(10)),
    LagRow(told: String(repeating: "o", count: 40), proof: nil, gap: .seconds(3601)),
  ])
  func `A vantage lags when old answers add up, whatever single current ones say`(row: LagRow) {
    var suspicion = LagSuspicion()
    var now = Timestamp(seconds: 1_800_000_000)
    var proof: Int?
    for (index, word) in row.told.enumerated() where proof == nil {
      switch word {
      case "o": if suspicion.note(old: [ip("20.0.1.1")], of: Self.question, at: now) { proof = index + 1 }
      case "c": suspicion.note(current: Self.question, at: now)
      default: suspicion.note(current: Self.other, at: now)
      }
      now = now + row.gap
    }
    #expect(proof == row.proof)
    #expect((0...LagSuspicion.proof).contains(suspicion.weight))
  }

  @Test func `Three names are proof at once, and what was old is known until it is cleared`() {
    var suspicion = LagSuspicion()
    let now = Timestamp(seconds: 1_800_000_000)
    let old: Set = [ip("20.0.1.1")]
    let questions = ["a", "b", "c"].map { Question(dnsName("\($0).example.com"), .a) }
    let proofs = (0..<10).map { suspicion.note(old: old, of: questions[$0 % 3], at: now) }
    #expect(proofs == [Bool](repeating: false, count: 9) + [true])
    #expect(suspicion.knows(old, of: questions[0]) && !suspicion.knows([ip("20.0.1.2")], of: questions[0]))
    for _ in 0..<20 { suspicion.note(current: questions[1], at: now) }
    #expect(!suspicion.knows(old, of: questions[0]))
  }
}
