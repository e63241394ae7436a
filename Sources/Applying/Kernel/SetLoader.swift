import DNS
import Deciding

import Publishing

/// Brings the kernel's sets in step with a wanted one, and looks at them afterwards.
///
/// Read, compare, try without effect, load at once, read again. Whatever fails leaves the sets as they were, or as they
/// shall be, and never between.
package struct SetLoader: Sendable {
  /// Where to.
  package let target: KernelTarget
  private let runner: any ToolRunning

  /// Does nothing yet.
  package init(_ target: KernelTarget, runner: any ToolRunning = ToolRunner()) {
    self.target = target
    self.runner = runner
  }

  /// What the kernel lacks and has too much, a family each. Changes nothing.
  ///
  /// - Throws: `ApplyError`.
  package func preview(_ wanted: WantedSet) async throws(ApplyError) -> [SetChange] {
    try await compare(wanted).map(\.change)
  }

  /// The same as `preview`, and lets nft check the change without effect. ipset has no such thing: there the new sets are
  /// filled and compared before they are swapped in, whenever they are loaded.
  ///
  /// - Throws: `ApplyError`.
  package func rehearse(_ wanted: WantedSet) async throws(ApplyError) -> [SetChange] {
    let comparisons = try await compare(wanted)
    if case .nft(let table) = target.kind, let script = script(comparisons, table, isWhole: false) {
      try await nft(["-c", "-f", "-"], script, attempt: "check the change")
    }
    return comparisons.map(\.change)
  }

  /// Loads what differs.
  ///
  /// - Returns: what differed, a family each; all `isNone` when the kernel was in step.
  /// - Throws: `ApplyError`. The kernel keeps what it had.
  @discardableResult
  package func apply(_ wanted: WantedSet) async throws(ApplyError) -> [SetChange] {
    var first: [SetChange]?
    var failure: ApplyError?
    // The set may vanish or change between reading and loading; and steps that failed are followed by a whole load.
    for attempt in 0..<3 {
      let comparisons = try await compare(wanted)
      let changes = comparisons.map(\.change)
      if changes.allSatisfy(\.isNone) {
        if attempt == 0, target.kind == .ipset { await clean() }
        return first ?? changes
      }
      first = first ?? changes
      do throws(ApplyError) {
        switch target.kind {
        case .nft(let table): try await load(comparisons, table, isWhole: attempt > 0)
        case .ipset: try await exchange(comparisons, mayStep: attempt == 0)
        }
        failure = nil
      } catch {
        failure = error
        if case .toolMissing = error { throw error }
      }
    }
    if let failure { throw failure }
    guard let still = try await compare(wanted).first(where: { !$0.change.isNone }) else {
      return first ?? []
    }
    throw .notHeld(set: still.change.set)
  }

  private struct Comparison {
    let held: KernelSet?
    let wanted: [AddressRange]
    let change: SetChange
  }

  private func compare(_ wanted: WantedSet) async throws(ApplyError) -> [Comparison] {
    var comparisons = [Comparison]()
    for family in target.families {
      let elements = try target.elements(wanted, family)
      let held = try await read(target.set(family), family)
      let change = try SetChange(
        set: target.set(family), family: family, held: held, wanted: elements,
        allowsEmptyFamily: target.allowsEmptyFamily)
      comparisons.append(Comparison(held: held, wanted: elements, change: change))
    }
    guard comparisons.contains(where: { !$0.wanted.isEmpty }) else { throw .emptySet(wanted.set) }
    return comparisons
  }

  /// A set as it is; nil when there is none.
  private func read(_ set: String, _ family: AddressFamily) async throws(ApplyError) -> KernelSet? {
    let (tool, arguments, absence) =
      switch target.kind {
      case .nft(let table):
        ("nft", ["-j", "list", "set", "inet", "\(table)", set], "No such file or directory")
      case .ipset: ("ipset", ["save", set], "does not exist")
      }
    let outcome = try await runner.run(tool, arguments, input: [])
    guard outcome.status == 0 else {
      if outcome.errors.contains(absence) { return nil }
      throw .tool(tool, attempt: "read the set \(set)", reason: outcome.reason)
    }
    let held =
      switch target.kind {
      case .nft: NFTListing.read(outcome.output, family: family)
      case .ipset: IPSetListing.read(outcome.output, family: family)
      }
    guard let held else {
      throw .tool(tool, attempt: "show the set \(set)", reason: "its listing can't be read")
    }
    return held
  }
}

// MARK: nftables

extension SetLoader {
  private func load(_ comparisons: [Comparison], _ table: TableName, isWhole: Bool) async throws(ApplyError) {
    guard let script = script(comparisons, table, isWhole: isWhole) else { return }
    try await nft(["-c", "-f", "-"], script, attempt: "check the change")
    try await nft(["-f", "-"], script, attempt: "load the change")
  }

  private func script(_ comparisons: [Comparison], _ table: TableName, isWhole: Bool) -> [UInt8]? {
    let wanted = Dictionary(comparisons.map { ($0.change.set, $0.wanted) }, uniquingKeysWith: { $1 })
    return NFTScript.text(comparisons.map(\.change), table: table, wanted: wanted, isWhole: isWhole)
  }

  private func nft(_ arguments: [String], _ script: [UInt8], attempt: String) async throws(ApplyError) {
    let outcome = try await runner.run("nft", arguments, input: script)
    guard outcome.status == 0 else { throw .tool("nft", attempt: attempt, reason: outcome.reason) }
  }
}

// MARK: ipset

extension SetLoader {
  private func exchange(_ comparisons: [Comparison], mayStep: Bool) async throws(ApplyError) {
    let due = comparisons.filter { !$0.change.isNone }
    if mayStep, due.count == 1, let only = due.first,
      let step = IPSetScript.step(only.change, held: only.held)
    {
      return try await restore(step, attempt: "change the set \(only.change.set)")
    }
    let sets = due.map(\.change.set)
    do throws(ApplyError) {
      for comparison in due {
        let change = comparison.change
        try await restore(
          IPSetScript.preparation(change, wanted: comparison.wanted, capacity: capacity(comparison)),
          attempt: "fill a new set beside \(change.set)")
        // ipset restore is no transaction: what it left is looked at before it counts.
        let new = IPSetScript.temporary(change.set)
        guard let held = try await read(new, change.family), held.ranges == comparison.wanted else {
          throw .notHeld(set: new)
        }
      }
      try await restore(
        IPSetScript.exchange(due.map(\.change)) { change in
          due.first { $0.change.set == change.set }.map(capacity) ?? target.maxElements
        }, attempt: "swap the new set in")
    } catch {
      _ = try? await runner.run("ipset", ["restore"], input: IPSetScript.cleaning(sets))
      throw error
    }
  }

  /// A larger set than ours is not made smaller.
  private func capacity(_ comparison: Comparison) -> Int {
    max(target.maxElements, comparison.held?.capacity ?? 0)
  }

  /// Removes new sets that a process which was killed left beside the live ones.
  private func clean() async {
    let sets = target.families.map(target.set)
    _ = try? await runner.run("ipset", ["restore"], input: IPSetScript.cleaning(sets))
  }

  private func restore(_ script: [UInt8], attempt: String) async throws(ApplyError) {
    let outcome = try await runner.run("ipset", ["restore"], input: script)
    guard outcome.status == 0 else { throw .tool("ipset", attempt: attempt, reason: outcome.reason) }
  }
}
