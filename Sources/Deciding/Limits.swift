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
  /// How long a vantage that was set aside must tell nothing but the truth until it is believed again.
  package let probation: Duration

  /// Two TTL ceilings: long enough for a change to have reached every cache.
  package static let defaultProbation = Duration.seconds(600)

  /// The defaults of the configuration. All are 1 or more; nothing here checks it.
  package init(
    queriesPerSecond: Int = 500, outstanding: Int = 1024, namesPerPattern: Int = 1024,
    addressesPerName: Int = 1000, probation: Duration = Self.defaultProbation
  ) {
    self.queriesPerSecond = queriesPerSecond
    self.outstanding = outstanding
    self.namesPerPattern = namesPerPattern
    self.addressesPerName = addressesPerName
    self.probation = probation
  }
}
