import Deciding
import Refreshing
import Serving
import Synchronization

/// Hands what the worker publishes to the server, and keeps the readiness for `/readyz`.
final class ServedSets: SetPublisher {
  private let sets: PublishedSets
  private let state = Mutex(State())

  private struct State {
    var readiness = Readiness(faults: ["the service is starting"], warnings: [])
    var shown: [SetName: PublishedSet] = [:]
  }

  init(_ sets: PublishedSets) { self.sets = sets }

  /// As the worker told it, with warnings of others.
  func readiness(with warnings: [String]) -> Readiness {
    let readiness = state.withLock { $0.readiness }
    return Readiness(faults: readiness.faults, warnings: readiness.warnings + warnings)
  }

  func publish(_ published: [PublishedSet], readiness: Readiness) async {
    let news = state.withLock { state in
      state.readiness = readiness
      let news = published.filter { Self.isNews($0, after: state.shown[$0.snapshot.set]) }
      for set in news { state.shown[set.snapshot.set] = set }
      return news
    }
    for set in news { sets.publish(set) }
  }

  /// The age alone is news every half minute: each change makes the server prepare its answers anew.
  private static func isNews(_ set: PublishedSet, after shown: PublishedSet?) -> Bool {
    guard let shown else { return true }
    return shown.snapshot.generation != set.snapshot.generation || shown.status != set.status
      || shown.heldReasons != set.heldReasons || set.checkedAt - shown.checkedAt >= .seconds(30)
      || set.validUntil < shown.validUntil
  }
}
