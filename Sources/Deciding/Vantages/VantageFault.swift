/// Why a vantage is set aside: it answers, and what it says is not believed.
package enum VantageFault: String, Hashable, Sendable, CaseIterable, Codable {
  /// It gives addresses that no public server can have, where others give public ones.
  case bogons
  /// It says of all names that they don't exist, also of those that exist elsewhere.
  case denial
  /// It gives the same addresses for every name, a made-up one included, as a captive portal does.
  case sameAnswer
  /// It gives only addresses that every other vantage gave once and stopped giving long ago.
  case lag

  /// The end of a sentence for people that begins with the vantage, with what to try.
  package var explanation: String {
    switch self {
    case .bogons:
      "gives private or special addresses where others give public ones. Try: whether it filters these names"
    case .denial:
      "says of every name that it doesn't exist, also where others resolve it. Try: whether it filters these names"
    case .sameAnswer:
      "gives the same address for every name, made-up ones too, as a captive portal does. Try: its network's login page"
    case .lag:
      "gives addresses that all others stopped giving long ago. Try: whether it keeps answers beyond their TTL"
    }
  }
}
