package import Deciding
package import Publishing

import NIOCore
import Synchronization

/// The sets as they stand now, for every reader at once. Each set is replaced whole; what is rendered from it is kept
/// until it is replaced.
package final class PublishedSets: Sendable {
  private let state: Mutex<State>
  private let freshness: String
  /// Those who wait for a new generation.
  let waiting: WaitingRoom
  private let signer: SigningKey?
  private let observers = Mutex<[@Sendable (GenerationPointer) -> Void]>([])

  private struct State {
    var sets: [SetName: Entry]
    /// Ready answers by the URI as clients send it. Dropped whole when anything changes: the slow path fills it again.
    var prepared: [String: PreparedAnswer] = [:]
    /// Counts changes, so that an answer that was prepared from an older state isn't stored.
    var revision = 0
  }

  private struct Entry {
    var published: PublishedSet?
    var representations = RepresentationCache()
  }

  /// Ready answers kept at a time; clients that vary their query endlessly only lose the short way.
  private static let mostPrepared = 512

  /// - Parameters:
  ///   - names: the configured sets. Those that never published answer "not ready yet"; others are unknown.
  ///   - refresh: how long a consumer may take an answer as fresh (`Cache-Control: max-age`).
  ///   - waiters: how many clients may wait for a new generation at a time, in event streams and long polls.
  ///   - signer: signs the representations; without it there are no `.minisig` files.
  package init(
    _ names: some Sequence<SetName>, refresh: Duration = .seconds(30), waiters: Int = 20_000,
    signer: SigningKey? = nil
  ) {
    waiting = WaitingRoom(most: waiters)
    self.signer = signer
    state = Mutex(
      State(sets: Dictionary(names.map { ($0, Entry()) }, uniquingKeysWith: { first, _ in first })))
    freshness = "max-age=\(max(0, refresh.components.seconds)), stale-if-error=86400"
  }

  /// What signatures are checked with; nil when nothing is signed.
  package var publicKey: VerifyingKey? { signer?.publicKey }

  /// How many clients wait for a new generation now.
  package var waiters: Int { waiting.count }

  /// Calls `body` for each new generation from now on, on the publisher's thread: it must return at once.
  package func observe(_ body: @escaping @Sendable (GenerationPointer) -> Void) {
    observers.withLock { $0.append(body) }
  }

  /// Takes a new generation, or a new status of the same one. Whoever asks from now on gets it; whoever waits is told.
  package func publish(_ published: PublishedSet) {
    let isNew = state.withLock { state in
      var entry = state.sets[published.snapshot.set] ?? Entry()
      // A generation is the same bytes for ever, so its number and digest tell whether anything must be rendered anew.
      let (old, new) = (entry.published?.snapshot, published.snapshot)
      if old?.generation != new.generation || old?.digest != new.digest {
        entry.representations = RepresentationCache()
      }
      entry.published = published
      state.sets[published.snapshot.set] = entry
      state.prepared.removeAll(keepingCapacity: true)
      state.revision += 1
      return old?.generation != new.generation
    }
    guard isNew else { return }
    let pointer = GenerationPointer(published.snapshot)
    waiting.tell(pointer)
    for observer in observers.withLock({ $0 }) { observer(pointer) }
  }

  /// How a set stands. Outer nil: no such set; inner nil: it never published.
  package func published(_ name: SetName) -> PublishedSet?? {
    state.withLock { $0.sets[name].map(\.published) }
  }

  /// The names of all sets, sorted, with how they stand; nil for one that never published.
  package var all: [(name: SetName, published: PublishedSet?)] {
    state.withLock { state in
      state.sets.map { (name: $0.key, published: $0.value.published) }.sorted { $0.name < $1.name }
    }
  }

  /// The ready answer for a URI; nil when there is none, which says nothing about the set.
  func prepared(_ uri: String) -> PreparedAnswer? { state.withLock { $0.prepared[uri] } }

  /// Renders, or takes what was rendered, and keeps the answer for the URI.
  ///
  /// - Parameters:
  ///   - side: the file beside the representation that is wanted instead of it.
  ///   - uri: nil when the answer to it isn't the representation.
  /// - Returns: nil when the set never published or is unknown.
  /// - Throws: `RenderError` when the set can't be written as asked.
  func prepare(
    _ name: SetName, _ parameters: RepresentationParameters, side: SideFile? = nil, uri: String?,
    wantsGzip: Bool
  ) throws(RenderError) -> PreparedAnswer? {
    let key = RepresentationCache.Key(
      format: parameters.format.id, options: parameters.options, filter: parameters.filter, side: side)
    let found = state.withLock { state -> (PublishedSet, RepresentationCache.Slot, Int)? in
      guard let published = state.sets[name]?.published else { return nil }
      guard let slot = state.sets[name]?.representations.slot(for: key) else { return nil }
      return (published, slot, state.revision)
    }
    guard let (published, slot, revision) = found else { return nil }
    let representation = try slot.representation { () throws(RenderError) in
      try self.representation(published.snapshot, parameters, side)
    }
    let isDownload = parameters.isDownload
    let isCompressedKnown = wantsGzip || uri.flatMap(prepared)?.isCompressedKnown == true
    let answer = PreparedAnswer(
      representation, published: published, freshness: freshness, isDownload: isDownload,
      isCompressedKnown: isCompressedKnown)
    state.withLock { state in
      guard let uri, state.revision == revision else { return }
      if state.prepared.count >= Self.mostPrepared { state.prepared.removeAll(keepingCapacity: true) }
      state.prepared[uri] = answer
    }
    return answer
  }

  /// Renders a snapshot, or the file beside what it renders to.
  func representation(
    _ snapshot: Snapshot, _ parameters: RepresentationParameters, _ side: SideFile?
  ) throws(RenderError) -> Representation {
    let whole = try Representation(snapshot, parameters)
    // Without a signer the responder asks for no signature.
    return side.flatMap { Representation($0, of: whole, parameters: parameters, key: signer) } ?? whole
  }
}
