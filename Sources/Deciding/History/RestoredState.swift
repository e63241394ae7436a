package import DNS

/// What a start needs from the history.
package struct RestoredState: Sendable {
  /// Open intervals, also of names and upstreams that are configured no more.
  package var observations: [Observation] = []
  /// The last known states; after a crash up to 15 s older than the observations.
  package var questions: [QuestionStatus] = []
  /// Quarantined and admitted ones, whether or not a pattern still selects them.
  package var learnedNames: [LearnedName] = []
  /// The last generation of each set that ever published; numbers go on from there.
  package var snapshots: [SetName: Snapshot] = [:]
  /// How the sets stood at the last commit.
  package var setStates: [SetName: SetState] = [:]
  /// Where each followed file is to be read on.
  package var positions: [FollowerPosition] = []
  /// Who saw tracked names in use.
  package var sightings: [NameSightings] = []
  /// What is left for a person to decide about.
  package var uncoveredNames: [UncoveredName] = []
  /// Estimates of the last run; of them only the gaps are taken over.
  package var coverages: [QuestionCoverage] = []
  /// Sets of which it was told last that their coverage fell.
  package var fallenCoverages: Set<SetName> = []
  /// The service tags that had been taken up.
  package var tags = TagBook()
  /// How vantages did at the last commit: one that was set aside stays so.
  package var vantageReports: [VantageReport] = []
  /// Every address that a name ever had, for the names of sets that ask for confirmation.
  package var seenAddresses: [DomainName: Set<IPAddress>] = [:]

  /// What a first start finds: nothing.
  package init() {}
}
