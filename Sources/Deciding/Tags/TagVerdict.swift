/// What service tags say of an address that a set holds.
package enum TagVerdict: Hashable, Sendable {
  /// It is in a tag that is expected or tolerated.
  case expected
  /// It is in none of them.
  case outside
  /// Nobody can say.
  case unknown(Reason)

  /// Why nobody can say.
  package enum Reason: String, Hashable, Sendable {
    /// The set expects no tag.
    case nothingExpected
    /// No file of the cloud was imported.
    case noFile
    /// The cloud's file has none of the expected tags.
    case noSuchTag
  }

  /// `expected`, `outside`, or why nobody can say.
  package var word: String {
    switch self {
    case .expected: "expected"
    case .outside: "outside"
    case .unknown(let reason): reason.rawValue
    }
  }
}
