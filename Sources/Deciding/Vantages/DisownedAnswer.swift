package import DNS

/// What a vantage gave for a question while it lied and was believed.
package struct DisownedAnswer: Hashable, Sendable {
  /// What was asked.
  package let question: Question
  /// Who lied.
  package let vantage: Vantage
  /// What it gave; sorted.
  package let addresses: [IPAddress]
  /// Since when it lied: what it gave of these before was no lie.
  package let since: Timestamp

  /// As it was found out, or as the history keeps it.
  package init(question: Question, vantage: Vantage, addresses: [IPAddress], since: Timestamp) {
    self.question = question
    self.vantage = vantage
    self.addresses = addresses
    self.since = since
  }
}
