internal import DNS

extension Watch {
  /// Tells what became otherwise with a name.
  ///
  /// - Parameter tracked: as it was before the lookup was taken in.
  mutating func noteDrift(_ lookup: Lookup, of tracked: TrackedName) {
    guard lookup.outcome.isSuccess else { return }
    noteExistence(lookup, of: tracked)
    guard lookup.outcome == .answer else { return }
    noteShape(lookup, of: tracked)
    noteReplacement(lookup, of: tracked)
    noteTTL(lookup)
  }

  private mutating func noteExistence(_ lookup: Lookup, of tracked: TrackedName) {
    guard !tracked.isLearned else { return }
    let name = tracked.name
    let wasGone = drift[name]?.isGone ?? false
    if lookup.outcome == .answer {
      guard wasGone else { return }
      drift[name]?.isGone = false
      pending.note(.nameReturned, name.text, "\(lookup.vantage) gives addresses for it again", at: lookup.at)
    } else if !wasGone, lookup.outcome == .nxDomain,
      isDeniedEverywhere(name, of: tracked, saidBy: lookup.vantage),
      tracked.states.contains(where: { $0.records.contains { $0.address != nil } })
    {
      drift[name, default: NameDrift()].isGone = true
      pending.note(
        .nameGone, name.text,
        "every upstream that answers says that it doesn't exist; its addresses leave when their retention ends",
        at: lookup.at)
    }
  }

  /// One that fails says nothing, and must not keep the others from being heard.
  private func isDeniedEverywhere(_ name: DomainName, of tracked: TrackedName, saidBy teller: Vantage)
    -> Bool
  {
    vantages.allSatisfy { vantage in
      let state = names[name]?.state(at: vantage)
      let isMute = trust[vantage]?.fault != nil || health[vantage]?.isFailing == true
      return isMute && vantage != teller
        || askedTypes(tracked).allSatisfy { state?.clock($0)?.outcome == .nxDomain }
    }
  }

  private mutating func noteShape(_ lookup: Lookup, of tracked: TrackedName) {
    let name = tracked.name
    let shape = lookup.chain.links.map { $0.target.suffix(labels: 2) }
    let known = drift[name]?.shapes ?? []
    guard !known.contains(shape), known.count < NameDrift.mostShapes else { return }
    drift[name, default: NameDrift()].shapes.insert(shape)
    if known.isEmpty {
      // After a restart the aliases that the history kept say where it led.
      let kept = tracked.states.flatMap(\.records).compactMap { record -> DomainName? in
        if case .name(let target) = record.data { target.suffix(labels: 2) } else { nil }
      }
      guard !kept.isEmpty, !shape.allSatisfy(kept.contains) else { return }
    }
    let way = ([name] + lookup.chain.links.map(\.target)).map(\.text).joined(separator: " → ")
    pending.note(.chainChanged, name.text, "a new way: \(way)", at: lookup.at)
  }

  private mutating func noteReplacement(_ lookup: Lookup, of tracked: TrackedName) {
    let (name, type) = (tracked.name, lookup.question.type)
    let given = Set(lookup.chain.addresses.compactMap(\.address))
    if drift[name]?.replacements[type] == nil {
      let held = tracked.states.flatMap(\.records).filter { $0.type == type && $0.address != nil }
      guard let replacement = Replacement(given, after: held) else { return }
      drift[name, default: NameDrift()].replacements[type] = replacement
    }
    let telling = vantages.filter { vantage in
      trust[vantage]?.fault == nil && tracked.state(at: vantage)?.clock(type)?.outcome == .answer
    }
    let replaced = drift[name]?.replacements[type]?.take(given, at: lookup.vantage, of: Set(telling))
    guard let count = replaced else { return }
    drift[name]?.replacements[type] = nil
    guard count > 0 else { return }
    pending.note(
      .addressesReplaced, name.text, "none of the \(count) addresses (\(type)) that it had is given any more",
      at: lookup.at)
  }

  private mutating func noteTTL(_ lookup: Lookup) {
    guard let ttl = lookup.chain.addresses.map(\.ttl.seconds).max() else { return }
    let slot = NameDrift.Slot(type: lookup.question.type, vantage: lookup.vantage)
    let change = drift[lookup.question.name, default: NameDrift()]
      .regimes[slot, default: TTLRegime(at: lookup.at)].take(ttl, at: lookup.at)
    guard let change else { return }
    pending.note(
      .ttlChanged, lookup.question.name.text,
      "answers of \(lookup.vantage) live for \(change.now) s; before it was \(change.before) s", at: lookup.at
    )
  }
}

extension DomainName {
  /// The name of its last labels; itself when it has no more.
  fileprivate func suffix(labels count: Int) -> DomainName {
    DomainName(canonical: text.split(separator: ".").suffix(count).joined(separator: "."))
  }
}
