internal import DNS

extension Explanation {
  /// What the service tags that are kept now say of the address. Nil for a past moment: its tags may have been others.
  package func annotation(by book: TagBook, _ policies: [SetPolicy]) -> AddressAnnotation? {
    guard at == nil else { return nil }
    let holding = Set(current.map(\.set))
    let given = Set(sources.map(\.name) + rejections.map(\.key.name))
    let rules = policies.filter { holding.contains($0.name) || given.contains(where: $0.selects) }
      .map { ($0.name, $0.tagRules) }
    let names = Set(sources.filter { $0.interval.until == nil }.map(\.name))
    return book.annotation(of: address, names: names.count, rules: rules)
  }
}
