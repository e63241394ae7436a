import DNS
import Deciding
import Recording

extension HistoryStore {
  /// What a start needs for these sets. Which addresses a name ever had is read only for sets that ask for confirmation.
  func restore(for policies: [SetPolicy]) async throws -> RestoredState {
    var restored = try await restore()
    let doubting = policies.filter(\.confirmation.isOn)
    guard !doubting.isEmpty else { return restored }
    let learned = restored.learnedNames.map(\.name).filter { name in doubting.contains { $0.selects(name) } }
    let names = Set(doubting.flatMap(\.namesFromTheStart) + learned)
    restored.seenAddresses = try await seenAddresses(of: names.sorted())
    return restored
  }
}
