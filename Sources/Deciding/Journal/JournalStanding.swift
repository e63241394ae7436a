package import DNS

/// What is under way at a checkpoint, and ends with the service.
package struct JournalStanding: Hashable, Sendable {
  /// Addresses that wait for another vantage; sorted.
  package var waiting: [WaitingAddress] = []
  /// By set, what an operator had forgotten and no generation shows yet; sorted.
  package var forgotten: [SetName: [IPAddress]] = [:]
  /// By set that has no generation yet, the questions for which the first one waits.
  package var unasked: [SetName: [UnaskedQuestion]] = [:]

  /// Nothing is under way.
  package init() {}
}

/// An address that is far from all that its name ever had, and waits for another vantage to give it too.
package struct WaitingAddress: Hashable, Sendable {
  /// The tracked name that was asked for.
  package let name: DomainName
  /// What was given.
  package let address: IPAddress
  /// When it was given first.
  package let since: Timestamp
  /// Who gave it.
  package let vantages: Set<Vantage>
  /// Whether its wait is over, so that the next answer that holds it is believed.
  package let isLetIn: Bool

  /// As it stands at one moment.
  package init(
    name: DomainName, address: IPAddress, since: Timestamp, vantages: Set<Vantage>, isLetIn: Bool
  ) {
    self.name = name
    self.address = address
    self.since = since
    self.vantages = vantages
    self.isLetIn = isLetIn
  }
}

/// A question that was never asked since the service started.
package struct UnaskedQuestion: Hashable, Sendable {
  /// Of a configured name.
  package let question: Question
  /// Who is to be asked.
  package let vantage: Vantage

  /// One question at one vantage.
  package init(question: Question, vantage: Vantage) {
    self.question = question
    self.vantage = vantage
  }
}
