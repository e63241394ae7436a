internal import DNS
internal import Deciding

/// `journal.detail` of what a lying vantage gave.
struct StoredDisownedAnswer: Codable {
  let name: String
  let type: UInt16
  let vantage: String
  let addresses: [String]
  let since: Int64

  init(_ answer: DisownedAnswer) {
    name = answer.question.name.text
    type = answer.question.type.rawValue
    vantage = answer.vantage.label
    addresses = answer.addresses.map(\.description)
    since = answer.since.milliseconds
  }

  /// Nil when an address can't be read.
  var answer: DisownedAnswer? {
    let read = addresses.compactMap { IPAddress($0) }
    guard read.count == addresses.count else { return nil }
    return DisownedAnswer(
      question: Question(DomainName(canonical: name), RecordType(rawValue: type)), vantage: Vantage(vantage),
      addresses: read, since: Timestamp(milliseconds: since))
  }
}
