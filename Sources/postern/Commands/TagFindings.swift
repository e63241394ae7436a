import DNS
import Deciding
import Recording

/// What the doctor says of service tags.
struct TagFindings {
  let all: [Finding]

  init(_ configuration: Configuration, _ history: HistoryStore, now: Timestamp) async throws {
    let book = try await configuration.tags(from: history)
    var findings = book.editions.values.sorted { $0.file.cloud < $1.file.cloud }.map { edition in
      let subject = "service tags \(edition.file.cloud)"
      let sentence =
        "change \(edition.file.change), \(edition.file.tags.count) tags, known to be current at \(edition.asOf)"
      return edition.isOld(at: now)
        ? Finding(
          .unwise, subject, "\(sentence), which is long ago. Try: 'postern tags import' with this week's file"
        )
        : Finding(.good, subject, sentence)
    }
    for policy in configuration.enabledSets.map(\.policy) {
      let subject = "set \(policy.name)"
      if let lapse = policy.tagRules.lapse(by: book, at: now) {
        findings.append(Finding(.unwise, subject, "addresses outside its service tags get in: \(lapse)"))
      }
      if policy.isGivenByTags {
        findings += try await Self.findings(policy, book, configuration, history)
      }
      guard let snapshot = try await history.currentSnapshot(of: policy.name) else { continue }
      let exposure = SetExposure(of: snapshot, rules: policy.tagRules, by: book)
      if !exposure.outside.isEmpty {
        let shown = exposure.outside.prefix(3).map(\.description).joined(separator: ", ")
        findings.append(
          Finding(
            .unwise, subject,
            "\(exposure.outside.count) of \(exposure.count) addresses are outside its service tags (\(shown)\(exposure.outside.count > 3 ? ", …" : "")). Try: 'postern explain' for each"
          ))
      }
      if let sentence = exposure.sentence { findings.append(Finding(.good, subject, sentence)) }
    }
    all = findings
  }

  /// How wide a set of service tags is, beside the sets of names.
  private static func findings(
    _ policy: SetPolicy, _ book: TagBook, _ configuration: Configuration, _ history: HistoryStore
  ) async throws -> [Finding] {
    let subject = "set \(policy.name)"
    var findings = policy.tagLack(by: book).map { [Finding(.unwise, subject, $0)] } ?? []
    guard let edition = book[policy.tagRules.cloud] else { return findings }
    let others = TagComparison.companions(of: policy, among: configuration.enabledSets.map(\.policy))
    for other in others {
      guard let snapshot = try await history.currentSnapshot(of: other.name) else { continue }
      let comparison = TagComparison(
        snapshot.elements.map(\.address), with: policy.tagRules.given, in: edition)
      findings.append(Finding(.good, subject, comparison.sentence(beside: other.name)))
    }
    return findings
  }
}
