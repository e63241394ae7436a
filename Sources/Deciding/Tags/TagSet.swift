package import DNS

// A set that service tags give: an explicit alternative to what names give, and wider by far.

extension SetPolicy {
  /// Whether the prefixes of service tags are the set, in the place of what names give.
  package var isGivenByTags: Bool { !tagRules.given.isEmpty }

  /// What is wrong with the tags that give the set; nil when nothing is, and for sets of names.
  package func tagLack(by book: TagBook) -> String? {
    guard isGivenByTags else { return nil }
    guard let edition = book[tagRules.cloud] else {
      return
        "no service tags of the \(tagRules.cloud) cloud were imported. Try: 'postern tags import' with Microsoft's file"
    }
    let missing = tagRules.given.filter { edition.file[$0] == nil }
    guard !missing.isEmpty else {
      guard !exclusions.isEmpty, prefixes(of: edition).prefixes.isEmpty else { return nil }
      return "what it excludes is all that its service tags give. Try: less under 'exclude'"
    }
    return
      "the \(tagRules.cloud) cloud's file has no \(missing.map(\.text).joined(separator: ", ")). Try: 'postern tags list' for what it has"
  }

  /// What an edition's tags give the set, aggregated: without what may not be in a set, which is left out whole, and with
  /// what is excluded cut out exactly.
  func prefixes(of edition: TagEdition) -> PrefixSet {
    let given = tagRules.given.compactMap { edition.file[$0] }.flatMap(\.prefixes).filter(admits)
    return exclusions.isEmpty ? PrefixSet(given) : PrefixSet(given).subtracting(excluded)
  }

  /// Whether all of a prefix may be in the set, exclusions aside: of its families and global unicast, or inside an allowed prefix.
  func admits(_ prefix: IPPrefix) -> Bool {
    families.contains(prefix.family)
      && (prefix.isGlobalUnicast
        || guards.allowSpecial.contains { $0.length <= prefix.length && $0.contains(prefix.address) })
  }
}

extension SnapshotBuilder {
  /// The elements that an edition's tags give: the fewest prefixes that hold exactly their addresses.
  ///
  /// - Parameter published: whose elements keep since when they are there.
  package func elements(of edition: TagEdition, after published: Snapshot?) -> [SetElement] {
    let known = Dictionary((published?.elements ?? []).map { ($0.prefix, $0.firstSeen) }) { first, _ in first
    }
    return policy.prefixes(of: edition).prefixes.map { prefix in
      SetElement(
        prefix: prefix, names: [], firstSeen: known[prefix] ?? edition.importedAt, lastSeen: edition.asOf)
    }
  }

  /// The step from what is published to what tags give, judged by the guards over addresses. As with names, when only
  /// guards against loss object, what is new still goes out beside all that was published.
  package func tagStep(
    from published: Snapshot?, to elements: [SetElement], isApproved: Bool, at now: Timestamp
  ) -> SetStep {
    let old = (published?.elements ?? []).filter { policy.admits($0.prefix) }
    let before = PrefixSet(old.map(\.prefix))
    let objections = GuardPolicy.objections(
      policy.guards, from: before, to: PrefixSet(elements.map(\.prefix)))
    guard !objections.isEmpty, !isApproved || elements.isEmpty else {
      return SetStep(publication: publication(from: published, to: elements, at: now), objections: [])
    }
    let kept = union(of: old, with: elements)
    guard objections.allSatisfy(\.isAgainstLoss),
      GuardPolicy.objections(policy.guards, from: before, to: PrefixSet(kept.map(\.prefix))).isEmpty
    else { return SetStep(publication: nil, objections: objections) }
    return SetStep(publication: publication(from: published, to: kept, at: now), objections: objections)
  }

  /// Both together, aggregated.
  private func union(of old: [SetElement], with new: [SetElement]) -> [SetElement] {
    let known = Dictionary((old + new).map { ($0.prefix, $0) }) { first, _ in first }
    let (first, last) = ((old + new).map(\.firstSeen).max(), (old + new).map(\.lastSeen).max())
    return PrefixSet((old + new).map(\.prefix)).prefixes.compactMap { prefix in
      if let element = known[prefix] { return element }
      guard let first, let last else { return nil }
      return SetElement(prefix: prefix, names: [], firstSeen: first, lastSeen: last)
    }
  }
}

extension GuardPolicy {
  /// Prefixes of service tags that are wider than this enter a set only when a person approves.
  package func widest(_ family: AddressFamily) -> Int { family == .ipv4 ? widestIPv4 : widestIPv6 }

  /// What the guards say of a step between sets of prefixes: its addresses count, since one prefix more may be all of a cloud.
  static func objections(_ guards: GuardPolicy, from published: PrefixSet, to candidate: PrefixSet)
    -> [GuardObjection]
  {
    var objections = [GuardObjection]()
    if candidate.prefixes.count > guards.maxElements {
      objections.append(.tooMany(candidate.prefixes.count, allowed: guards.maxElements))
    }
    let held = Set(published.prefixes)
    for prefix in candidate.prefixes
    where prefix.length < guards.widest(prefix.family) && !held.contains(prefix) {
      objections.append(.tooWide(prefix, allowed: guards.widest(prefix.family)))
    }
    let kept = published.intersection(candidate)
    for family in AddressFamily.allCases {
      let (had, has) = (published.addressCount(of: family), candidate.addressCount(of: family))
      guard had > 0 else { continue }
      let leaving = had - kept.addressCount(of: family)
      if has == 0 {
        objections.append(.closed(family, from: had, leaving: leaving, allowed: 0))
      } else if Double(leaving) > Double(had) * guards.shrink {
        objections.append(.closed(family, from: had, leaving: leaving, allowed: guards.shrink))
      }
      if Double(has) > Double(had) * guards.growth {
        objections.append(.opened(family, from: had, to: has, allowed: guards.growth))
      }
    }
    return objections
  }
}
