import Publishing
import Synchronization

/// The representations of one generation of one set, the least recently asked dropped first.
struct RepresentationCache {
  /// What makes two representations the same bytes.
  struct Key: Hashable {
    let format: String
    let options: RenderOptions
    var filter = SnapshotFilter()
    var side: SideFile?
  }

  /// A place that is filled once, however many ask at the same time.
  final class Slot: Sendable {
    private let result = Mutex<Result<Representation, RenderError>?>(nil)

    /// Renders on the first call; later and simultaneous ones wait for it and share what came of it.
    func representation(
      _ render: () throws(RenderError) -> Representation
    ) throws(RenderError) -> Representation {
      try result.withLock { result -> Result<Representation, RenderError> in
        if let result { return result }
        let made: Result<Representation, RenderError>
        do throws(RenderError) { made = .success(try render()) } catch { made = .failure(error) }
        result = made
        return made
      }.get()
    }
  }

  /// Variants of options that are kept: more than any fleet of consumers uses, few enough to bound the memory.
  static let most = 64

  private var slots: [Key: (slot: Slot, use: Int)] = [:]
  private var uses = 0

  /// The slot for a key, which counts as used now.
  mutating func slot(for key: Key) -> Slot {
    uses += 1
    let slot = slots[key]?.slot ?? Slot()
    if slots[key] == nil, slots.count >= Self.most,
      let oldest = slots.min(by: { $0.value.use < $1.value.use })
    {
      slots[oldest.key] = nil
    }
    slots[key] = (slot, uses)
    return slot
  }
}
