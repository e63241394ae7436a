internal import DNS

extension Explanation {
  /// What service tags say of the address.
  ///
  /// - Parameter book: as it was at the moment that is asked about. For a past moment no set's verdict is told: its rules
  ///   may have been others.
  package func annotation(by book: TagBook, _ policies: [SetPolicy]) -> AddressAnnotation {
    let holding = Set(current.map(\.set))
    let given = Set(sources.map(\.name) + rejections.map(\.key.name))
    let rules = policies.filter { holding.contains($0.name) || given.contains(where: $0.selects) }
      .map { ($0.name, $0.tagRules) }
    let names = Set(sources.filter { at != nil || $0.interval.until == nil }.map(\.name))
    return book.annotation(of: address, names: names.count, rules: at == nil ? rules : [])
  }
}
