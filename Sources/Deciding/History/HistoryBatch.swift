package import DNS

/// What one commit stores: all of it or nothing.
package struct HistoryBatch: Sendable {
  /// When it was made: the writer's heartbeat, from which readers tell that somebody looks.
  package let at: Timestamp
  /// Opened or renewed intervals.
  package var observations: [Observation] = []
  /// Intervals that ended: gone from the open ones, with the moment from which they no longer count.
  package var closed: [(observation: Observation, until: Timestamp)] = []
  /// Records that were not believed; the writer counts repeats of a key.
  package var rejections: [Rejection] = []
  /// How questions stand now; each replaces the earlier state.
  package var questions: [QuestionStatus] = []
  /// Questions that are asked no more: their status goes.
  package var retiredQuestions: [(question: Question, vantage: Vantage)] = []
  /// Whole states; each replaces the earlier one, after `forgottenNames` are deleted.
  package var learnedNames: [LearnedName] = []
  /// Learned names whose rows go; a name may be here and be learned again in the same batch.
  package var forgottenNames: [DomainName] = []
  /// At most one for each set: the generation after the last that is stored.
  package var publications: [Publication] = []
  /// Sets whose standing differs from what is stored.
  package var setStates: [SetState] = []
  /// Who saw tracked names in use; each replaces what was stored of its name.
  package var sightings: [NameSightings] = []
  /// Names for a person to decide about; each replaces the earlier entry.
  package var uncoveredNames: [UncoveredName] = []
  /// Uncovered names that left the list.
  package var dismissedNames: [DomainName] = []
  /// What is estimated to be missing of questions; each replaces the earlier estimate.
  package var coverages: [QuestionCoverage] = []
  /// How sources do; each replaces the earlier report.
  package var sourceReports: [SourceReport] = []
  /// How vantages do; each replaces the earlier report. Nil leaves the stored ones as they are.
  package var vantageReports: [VantageReport]?
  /// In the order in which they happened.
  package var events: [Event] = []
  /// Ids of operator decisions that took effect with this commit.
  package var appliedDecisions: [Int64] = []
  /// How far followed files were read: stored with their sightings, so that none is lost or counted twice.
  package var positions: [FollowerPosition] = []

  /// What decisions were made from, by number; an end that is told again replaces the earlier one.
  package var journal: [JournalEntry] = []

  /// An empty batch; committing one only says that the writer was looking.
  package init(at: Timestamp) { self.at = at }

  /// Whether there is nothing to store.
  package var isEmpty: Bool {
    observations.isEmpty && closed.isEmpty && rejections.isEmpty && questions.isEmpty
      && retiredQuestions.isEmpty
      && learnedNames.isEmpty && forgottenNames.isEmpty && publications.isEmpty && setStates.isEmpty
      && sightings.isEmpty && uncoveredNames.isEmpty && dismissedNames.isEmpty && sourceReports.isEmpty
      && vantageReports == nil && coverages.isEmpty
      && events.isEmpty && appliedDecisions.isEmpty && positions.isEmpty && journal.isEmpty
  }
}
