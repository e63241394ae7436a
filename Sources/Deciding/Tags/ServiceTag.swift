package import DNS

/// A service of Azure, or its part in one region, with the ranges where it answers or from where it calls.
package struct ServiceTag: Hashable, Sendable {
  /// As the file writes it.
  package let name: TagName
  /// The tag's own `changeNumber`.
  package let change: Int64
  /// Sorted, each once; they may be nested.
  package let prefixes: [IPPrefix]

  /// Takes prefixes in any order; those given twice count once.
  package init(name: TagName, change: Int64, prefixes: some Sequence<IPPrefix>) {
    self.name = name
    self.change = change
    self.prefixes = Set(prefixes).sorted()
  }
}
