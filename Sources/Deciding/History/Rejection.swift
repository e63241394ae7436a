/// A record that DNS gave and Postern did not believe.
package struct Rejection: Hashable, Sendable {
  /// The record as it was given, with the question's name.
  package let key: ObservationKey
  /// The first rule that it broke.
  package let reason: RejectionReason
  /// When it was told first since the start; repeats are not stored until the memory of reports is full.
  package let at: Timestamp

  /// Of a record that is not held: what is held already is never rejected.
  package init(key: ObservationKey, reason: RejectionReason, at: Timestamp) {
    self.key = key
    self.reason = reason
    self.at = at
  }
}

/// Why a record was not believed.
package enum RejectionReason: String, Hashable, Sendable {
  /// Its address is outside public IPv4 and 2000::/3, or in a special-purpose registry of RFC 6890.
  case notGlobalUnicast
  /// Its owner is not the end of the chain that starts at the QNAME.
  case outOfChain
  /// The name already has as many addresses as `addressesPerName` allows.
  case tooManyAddresses
  /// It is far from every address that the name ever had, and fewer vantages gave it than the set asks for.
  case unconfirmed
  /// It is in none of the service tags that bound the sets of the name.
  case outsideServiceTags
  /// A person excluded it from the sets of the name.
  case excluded
}
