package import DNS

/// How a tracked name stands, for people.
package struct NameReport: Hashable, Sendable {
  /// A tracked name; quarantined ones are not reported.
  package let name: DomainName
  /// The sets that select it, in the configuration's order.
  package let sets: [SetName]
  /// How it was learned; nil for a configured name or a seed.
  package let learned: LearnedName?
  /// Its questions at each vantage, sorted.
  package let questions: [QuestionReport]
  /// The addresses that it gives now, over all vantages, sorted.
  package let addresses: [IPAddress]
}

/// How one question stands at one vantage.
package struct QuestionReport: Hashable, Sendable {
  /// As after its last lookup.
  package let status: QuestionStatus
  /// When it is asked next; nil while it is being asked.
  package let due: Timestamp?
}

extension Watch {
  /// How each tracked name stands, by name.
  package var nameReports: [NameReport] {
    names.values.sorted { $0.name < $1.name }.map { tracked in
      let questions = tracked.states.flatMap { $0.questionStatuses(of: tracked.name) }
        .sorted { ($0.question, $0.vantage) < ($1.question, $1.vantage) }
        .map { QuestionReport(status: $0, due: schedule.due($0.question, at: $0.vantage)) }
      let addresses = tracked.sets.reduce(into: Set<IPAddress>()) { addresses, index in
        addresses.formUnion(self.addresses(given: tracked.states, in: index))
      }
      return NameReport(
        name: tracked.name, sets: tracked.sets.map { sets[$0].policy.name },
        learned: tracked.isLearned ? quarantine.learned(tracked.name) : nil, questions: questions,
        addresses: addresses.sorted())
    }
  }
}
