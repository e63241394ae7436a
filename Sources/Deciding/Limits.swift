/// What bounds the whole service, whatever clients and answers do.
package struct Limits: Sendable, Hashable {
  /// Questions sent to all upstreams together in a second.
  package let queriesPerSecond: Int
  /// Questions without a reply at one time.
  package let outstanding: Int
  /// Names tracked under one pattern; the newest unproven ones are refused beyond it.
  package let namesPerPattern: Int
  /// Different addresses (and aliases) believed for one name, over all vantages.
  package let addressesPerName: Int

  /// The defaults of the configuration. All are 1 or more; nothing here checks it.
  package init(
    queriesPerSecond: Int = 500, outstanding: Int = 1024, namesPerPattern: Int = 1024,
    addressesPerName: Int = 1000
  ) {
    self.queriesPerSecond = queriesPerSecond
    self.outstanding = outstanding
    self.namesPerPattern = namesPerPattern
    self.addressesPerName = addressesPerName
  }
}
