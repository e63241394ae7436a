package import DNS
package import Deciding

/// What the kernel shall hold.
package struct WantedSet: Hashable, Sendable {
  /// The set's name; `KernelTarget` says what it is called in the kernel.
  package let set: SetName
  /// The published generation; nil for a list without one.
  package let generation: Generation?
  /// The addresses, aggregated; never empty.
  package let prefixes: PrefixSet

  /// - Throws: `ApplyError.emptySet` when there is no address: an empty allowlist closes the firewall.
  package init(set: SetName, generation: Generation?, prefixes: PrefixSet) throws(ApplyError) {
    guard !prefixes.prefixes.isEmpty else { throw .emptySet(set) }
    self.set = set
    self.generation = generation
    self.prefixes = prefixes
  }

  /// The elements of a snapshot.
  ///
  /// - Throws: `ApplyError.emptySet`.
  package init(_ snapshot: Snapshot) throws(ApplyError) {
    try self.init(
      set: snapshot.set, generation: snapshot.generation,
      prefixes: PrefixSet(snapshot.elements.map(\.prefix)))
  }
}
