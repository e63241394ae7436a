internal import DNS

extension Watch {
  /// Follows a new edition of service tags: what it means for held addresses becomes events, and sets that tags bound are
  /// judged anew, with the guards between.
  package mutating func replaceTags(_ book: TagBook, at now: Timestamp) {
    let held = sets.map { set in
      TagNews.HeldSet(
        name: set.policy.name, rules: set.policy.tagRules,
        addresses: set.policy.isGivenByTags ? [] : set.published?.elements.map(\.address) ?? [])
    }
    pending.events += TagNews(from: tags, to: book, sets: held, at: now).events
    tags = book
    journal?.note(.tags(book), at: now)
    noteTagsOfSets()
    _ = judgeGates(at: now)
  }

  /// Opens and closes what tags bound, as the kept files and their age want it.
  ///
  /// - Returns: whether any did.
  mutating func judgeGates(at now: Timestamp) -> Bool {
    var isNews = false
    for index in sets.indices {
      let rules = sets[index].policy.tagRules
      let gate = rules.gate(by: tags, at: now)
      guard gate != sets[index].gate else { continue }
      isNews = true
      let holders = names.values.filter { $0.sets.contains(index) }
      let before = holders.map {
        SnapshotBuilder.given(by: $0.states, to: sets[index].policy, through: sets[index].gate).addresses
      }
      sets[index].gate = gate
      for (tracked, old) in zip(holders, before) {
        let new = SnapshotBuilder.given(by: tracked.states, to: sets[index].policy, through: gate)
        names[tracked.name]?.given = []
        replace(old, with: new.addresses, of: tracked.name, in: index)
        // What was kept out isn't held: only an answer brings it back.
        askNow(tracked.name, at: now)
      }
      pending.note(
        gate == nil ? "tag.lapsed" : "tag.enforced", sets[index].policy.name.text,
        rules.lapse(by: tags, at: now).map { "addresses outside the service tags are let in: \($0)" }
          ?? "only addresses in the service tags are let in", at: now)
    }
    return isNews
  }

  /// The addresses that one name gives a set now.
  func addresses(given states: [VantageState], in index: Int) -> Set<IPAddress> {
    SnapshotBuilder.addresses(given: states, by: sets[index].policy, through: sets[index].gate)
  }

  /// Tells which addresses of a new generation are where nobody expects them.
  mutating func noteOutside(_ publication: Publication, of set: WatchedSet, at now: Timestamp) {
    let rules = set.policy.tagRules
    for address in publication.entered.map(\.address) where rules.verdict(on: address, by: tags) == .outside {
      let found = tags[rules.cloud]?.matches(of: address).map(\.tag.text) ?? []
      pending.note(
        "tag.outside", address.description,
        "\(address) entered \(set.policy.name) and is in none of \(rules.expected.map(\.text).joined(separator: ", "))"
          + (found.isEmpty ? ", nor in any other tag" : "; it is in \(found.joined(separator: ", "))"),
        at: now)
    }
  }

  /// What a person should look at.
  var tagWarnings: [String] {
    sets.compactMap { set in
      if let lack = set.policy.tagLack(by: tags) { return "set \(set.policy.name): \(lack)" }
      return set.policy.tagRules.lapse(by: tags, at: sweptAt).map {
        "set \(set.policy.name) lets in addresses outside its service tags: \($0)"
      }
    }
  }
}

extension SetPolicy {
  /// Whether an address may be in the set now: by the policy, and in the tags that bound it, which prefixes that a person
  /// allowed by hand need not be in.
  func admits(_ address: IPAddress, through gate: PrefixSet?) -> Bool {
    guard admits(address) else { return false }
    return gate?.contains(address) ?? true || guards.allowSpecial.contains { $0.contains(address) }
  }
}
