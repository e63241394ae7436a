/// Whether an upstream repeats the case of the question in its replies (draft-vixie-dnsext-dns0x20), and so whether a
/// reply that doesn't must be forged.
///
/// It is learned: after `proof` replies in a row with the same case it is demanded. A reply without it is asked for again
/// over TCP, which nobody off the path can forge; when that one doesn't have it either, the upstream folds case, and
/// nothing is demanded for `rest`.
struct CaseEcho {
  /// Replies over UDP that an upstream must have echoed. A forger would have to win each of them.
  static let proof = 8
  /// How long an upstream that folds case is left alone.
  static let rest: UInt64 = 3_600_000_000_000
  /// How long replies may be refused, without one that is right, before it is learned anew: the upstream may be another one
  /// behind the same address, and not take TCP.
  static let patience: UInt64 = 600_000_000_000

  private var echoed = 0
  private var foldsUntil: UInt64 = 0
  private var lastEcho: UInt64 = 0

  /// Whether a reply over UDP must have the question's case.
  func isDemanded(at clock: UInt64) -> Bool {
    echoed >= Self.proof && clock < lastEcho + Self.patience
  }

  /// Takes in a reply to a question with mixed case.
  mutating func note(isRepeated: Bool, over transport: Transport, at clock: UInt64) {
    guard clock >= foldsUntil else { return }
    if isRepeated {
      lastEcho = clock
      if transport == .udp, echoed < Self.proof { echoed += 1 }
    } else if transport != .udp || !isDemanded(at: clock) {
      echoed = 0
      if transport != .udp { foldsUntil = clock + Self.rest }
    }
  }
}
