import DNS
import Deciding
import Recording

/// Reads the sets as any user may: `benchmarks history-reader PATH` prints each with its generation and size.
enum HistoryPeek {
  static func run(_ arguments: [String]) async throws {
    guard arguments.count == 1 else {
      print("usage: benchmarks history-reader PATH")
      return
    }
    let store = try HistoryStore.open(path: arguments[0], mode: .reader)
    for state in try await store.setStates() {
      guard let snapshot = try await store.currentSnapshot(of: state.set) else { continue }
      print("\(state.set) \(snapshot.generation) \(snapshot.elements.count)")
    }
    try store.close()
  }
}
