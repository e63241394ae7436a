package import DNS

/// How one question stands at one vantage, enough to go on after a restart.
package struct QuestionStatus: Hashable, Sendable {
  /// A tracked name with A or AAAA: one of its own for each family.
  package let question: Question
  /// The upstream that was asked; it may be configured no more.
  package let vantage: Vantage
  /// What came of the last lookup; `noData` also where a removed upstream's addresses run out.
  package let outcome: Outcome
  /// The last lookup, whatever came of it.
  package let askedAt: Timestamp
  /// The last lookup that did not fail; nil when none ever did.
  package let succeededAt: Timestamp?
  /// The watched clock: how long this question has been watched without failure, in milliseconds.
  package let watched: Int64
  /// When it is asked next, as planned when this was written; nil while it is being asked, and for what a tap tells.
  package var due: Timestamp?

  package init(
    question: Question, vantage: Vantage, outcome: Outcome, askedAt: Timestamp, succeededAt: Timestamp?,
    watched: Int64
  ) {
    self.question = question
    self.vantage = vantage
    self.outcome = outcome
    self.askedAt = askedAt
    self.succeededAt = succeededAt
    self.watched = watched
  }
}
