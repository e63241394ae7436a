package import DNS

/// Makes the candidate for a set's next generation from what is held: the heart of Postern, and pure.
package struct SnapshotBuilder: Sendable {
  let policy: SetPolicy
  private let digesting: @Sendable ([UInt8]) -> Digest

  private let gate: PrefixSet?

  /// - Parameters:
  ///   - gate: the service tags that bound the set now; nil for none.
  ///   - digesting: SHA-256 of octets; passed in because hashing is a library's work.
  package init(
    _ policy: SetPolicy, through gate: PrefixSet? = nil, digesting: @escaping @Sendable ([UInt8]) -> Digest
  ) {
    self.policy = policy
    self.gate = gate
    self.digesting = digesting
  }

  /// The addresses that one name gives this set now, over all vantages: held within the set's retention, of its
  /// families, and believed.
  ///
  /// - Parameter gate: the service tags that bound the set now; nil for none.
  package static func addresses(
    given states: [VantageState], by policy: SetPolicy, through gate: PrefixSet? = nil
  ) -> Set<IPAddress> {
    Set(given(by: states, to: policy, through: gate).addresses)
  }

  /// The same as a list, with whether it lacks any that are held.
  static func given(
    by states: [VantageState], to policy: SetPolicy, through gate: PrefixSet?
  ) -> GivenAddresses {
    var given = GivenAddresses()
    given.addresses.reserveCapacity(states.reduce(0) { $0 + $1.records.count })
    for state in states {
      let isWhole = state.forEachHeldAddress(retention: policy.retention) { address, _ in
        if policy.admits(address, through: gate) { given.addresses.append(address) }
      }
      if !isWhole { given.isWhole = false }
    }
    return given
  }

  /// All elements that the names give, each address once, sorted, with who gave it.
  ///
  /// - Parameter wanted: only these; nil for all.
  package func elements(
    of names: some Sequence<(name: DomainName, states: [VantageState])>, only wanted: Set<IPAddress>? = nil
  ) -> [SetElement] {
    var places = [IPAddress: Int]()
    var gathered = [(address: IPAddress, names: [DomainName], first: Timestamp, last: Timestamp)]()
    for (name, states) in names {
      for state in states {
        state.forEachHeldAddress(retention: policy.retention, only: wanted) { address, index in
          if let place = places[address] {
            if gathered[place].names.last != name { gathered[place].names.append(name) }
            gathered[place].first = min(gathered[place].first, state.records[index].firstSeen)
            gathered[place].last = max(gathered[place].last, state.records[index].lastSeen)
          } else if policy.admits(address, through: gate) {
            places[address] = gathered.count
            gathered.append((address, [name], state.records[index].firstSeen, state.records[index].lastSeen))
          }
        }
      }
    }
    return gathered.map { entry in
      SetElement(
        address: entry.address, names: entry.names.sorted(), firstSeen: entry.first, lastSeen: entry.last)
    }.sorted { $0.address < $1.address }
  }

  /// The step from what is published to these elements, judged by the guards. Without a publication when no address
  /// changes.
  ///
  /// When only guards against loss object, what is new still goes out beside all that was published: a new address
  /// must not wait for a person because old ones vanished. The removals wait, with their reasons. What the policy no
  /// longer selects, or an operator had forgotten, leaves all the same: somebody decided that, and no guard doubts it.
  /// What is excluded is doubted: a slip in a length cuts out far more than was meant.
  package func step(
    from published: Snapshot?, to elements: [SetElement], forgotten: Set<IPAddress> = [], isApproved: Bool,
    at now: Timestamp
  ) -> SetStep {
    let selected = (published?.elements ?? []).filter { isSelected($0) && !forgotten.contains($0.address) }
    let objections = GuardPolicy.objections(policy.guards, from: selected, to: elements)
    guard !objections.isEmpty, !isApproved || elements.isEmpty else {
      return SetStep(publication: publication(from: published, to: elements, at: now), objections: [])
    }
    let kept = Self.union(of: selected, with: elements)
    guard objections.allSatisfy(\.isAgainstLoss),
      GuardPolicy.objections(policy.guards, from: selected, to: kept).isEmpty
    else {
      return SetStep(publication: nil, objections: objections)
    }
    return SetStep(publication: publication(from: published, to: kept, at: now), objections: objections)
  }

  /// Whether the policy still watches a name that gave the element, and its address may be in a set. Service tags and
  /// exclusions don't count here: what they take out is for the guards to doubt.
  private func isSelected(_ element: SetElement) -> Bool {
    element.prefix.isHost && policy.isEligible(element.address)
      && element.names.contains(where: policy.selects)
  }

  func publication(from published: Snapshot?, to elements: [SetElement], at now: Timestamp)
    -> Publication?
  {
    let before = published?.elements.map(\.prefix) ?? []
    let after = elements.map(\.prefix)
    // Never an empty set: one that had nothing yet waits, and one that had something is for the guards to hold.
    guard before != after, !after.isEmpty else { return nil }
    var text = [UInt8]()
    text.reserveCapacity(after.count * 16)
    for prefix in after {
      prefix.appendText(to: &text)
      text.append(UInt8(ascii: "\n"))
    }
    let snapshot = Snapshot(
      set: policy.name, generation: Generation((published?.generation.number ?? 0) + 1),
      at: max(now, published?.at ?? now), elements: elements, digest: digesting(text))
    return Publication(
      snapshot: snapshot, entered: Self.difference(after, before), left: Self.difference(before, after))
  }

  /// What is in one sorted list and not in another.
  private static func difference(_ prefixes: [IPPrefix], _ others: [IPPrefix]) -> [IPPrefix] {
    var place = others.startIndex
    return prefixes.filter { prefix in
      while place < others.endIndex, others[place] < prefix { place += 1 }
      return place == others.endIndex || others[place] != prefix
    }
  }

  /// A sorted draft in which these addresses are replaced by what they are now; also sorted.
  static func redrafted(
    _ draft: [SetElement], _ touched: Set<IPAddress>, with fresh: [SetElement]
  ) -> [SetElement] {
    var elements = [SetElement]()
    elements.reserveCapacity(draft.count + fresh.count)
    var place = fresh.startIndex
    for element in draft where !touched.contains(element.address) {
      while place < fresh.endIndex, fresh[place].address < element.address {
        elements.append(fresh[place])
        place += 1
      }
      elements.append(element)
    }
    return elements + fresh[place...]
  }

  /// The published elements that the candidate lacks, and all of the candidate's.
  private static func union(of published: [SetElement], with candidate: [SetElement]) -> [SetElement] {
    let new = Set(candidate.map(\.address))
    return (published.filter { !new.contains($0.address) } + candidate).sorted { $0.address < $1.address }
  }
}

/// What a set may do next.
package struct SetStep: Sendable {
  /// The next generation; nil when nothing changes or it is held whole.
  package let publication: Publication?
  /// What guards hold back; empty when the set is free.
  package let objections: [GuardObjection]
}

extension SetPolicy {
  /// Whether an address may be in this set: eligible, and not excluded.
  package func admits(_ address: IPAddress) -> Bool {
    isEligible(address) && (exclusions.isEmpty || !excluded.contains(address))
  }

  /// Whether an address is one for this set: of its families and global unicast, or inside an allowed prefix. An upstream
  /// that gives it doesn't lie, also where it is excluded.
  package func isEligible(_ address: IPAddress) -> Bool {
    (families.count == AddressFamily.allCases.count || families.contains(address.family))
      && (address.isGlobalUnicast || guards.allowSpecial.contains { $0.contains(address) })
  }
}
