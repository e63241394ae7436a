import DNS

/// What a vantage gave that all others had given up, so that a restart doesn't take it for news.
package struct LagRecord: Sendable, Hashable, Codable {
  /// How sure it was that it lags, as `LagSuspicion` weighs it.
  package let weight: Int
  /// The first of the old answers that count.
  package let firstSeen: Timestamp
  /// The last old answer.
  package let lastSeen: Timestamp
  /// By name and type; at most `VantageReport.most`.
  package let old: [OldAnswer]

  /// The old addresses of one question.
  package struct OldAnswer: Sendable, Hashable, Codable {
    /// A tracked name, as text.
    package let name: String
    /// The number of A or AAAA.
    package let type: UInt16
    /// Sorted; at most `VantageReport.most`.
    package let addresses: [String]

    /// The question and its addresses; nil where the texts are none.
    var read: (question: Question, addresses: Set<IPAddress>)? {
      guard let name = try? DomainName(name) else { return nil }
      return (
        Question(name, RecordType(rawValue: type)), Set(addresses.compactMap { IPAddress($0) })
      )
    }
  }

  /// Sorts, and cuts what is too much.
  init(weight: Int, firstSeen: Timestamp, lastSeen: Timestamp, old: [Question: Set<IPAddress>]) {
    self.weight = weight
    self.firstSeen = firstSeen
    self.lastSeen = lastSeen
    self.old = old.sorted { $0.key < $1.key }.prefix(VantageReport.most).map { question, addresses in
      OldAnswer(
        name: question.name.text, type: question.type.rawValue,
        addresses: addresses.sorted().prefix(VantageReport.most).map(\.description))
    }
  }
}
