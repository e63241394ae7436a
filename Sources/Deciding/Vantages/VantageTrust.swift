internal import DNS

/// Whether one vantage is believed, from how its replies compare with what others say and with what it said itself.
///
/// Three lies in a row without a true answer between set it aside: about three names, or about fewer for as long as the
/// longest wait between two lookups, so that a change which reaches one cache before the other is no lie. What it says
/// then is taken as a failure, which freezes what it gave. It comes back when it told nothing but the truth for
/// `Limits.probation`. Old answers are judged apart, by `LagSuspicion`.
struct VantageTrust: Sendable {
  /// Lies in a row, without anything true between, that are proof.
  static let occurrences = 3
  /// How long fewer names than three must be lied about. Behind caches, two vantages agree again within a TTL.
  static let patience = Duration.seconds(300)
  static let names = 3

  /// Why it is set aside; nil while it is believed.
  private(set) var fault: VantageFault?
  /// When it was set aside.
  private(set) var since: Timestamp?
  /// Lies without a truth between; of one kind, the newest last.
  private var lies: [Lie] = []
  /// What it gave that the others had given up.
  private(set) var lag = LagSuspicion()
  /// While it is set aside: since when it has told only the truth, and how often.
  private var honest: (since: Timestamp, count: Int)?
  /// Addresses that it gave for names which have others elsewhere, by question.
  private(set) var strays: [Question: Stray] = [:]
  /// What it gave for every name when it was set aside for that.
  private var portal = Set<IPAddress>()

  struct Stray: Hashable, Sendable {
    let addresses: Set<IPAddress>
    let since: Timestamp
  }

  private struct Lie {
    let fault: VantageFault
    let name: DomainName
    let at: Timestamp
  }

  /// What one reply says of the vantage.
  enum Testimony: Hashable, Sendable {
    /// It agrees with others, or with what it said before.
    case truth
    case lie(VantageFault)
    /// Addresses that all others gave once and gave up.
    case old(Set<IPAddress>)
    /// Addresses that nobody knows of this name: new ones, or a captive portal's.
    case stray(Set<IPAddress>)
    /// It says nothing about the vantage.
    case silence
  }

  /// What changed with a testimony.
  enum Change: Hashable, Sendable {
    case none
    case setAside(VantageFault)
    case trusted
  }

  init() {}

  /// Goes on from before a restart.
  init(restoring report: VantageReport) {
    fault = report.fault
    since = report.fault == nil ? nil : report.asideSince
    lag = report.lag.map(LagSuspicion.init(restoring:)) ?? LagSuspicion()
  }

  /// - Parameters:
  ///   - isAlone: whether only its own earlier answers speak against it; then fewer names than three prove nothing.
  ///   - probation: how long it must tell the truth to be believed again.
  mutating func take(
    _ testimony: Testimony, on question: Question, isAlone: Bool, probation: Duration, at now: Timestamp
  ) -> Change {
    switch testimony {
    case .silence: return .none
    case .stray(let addresses):
      if fault != nil, !portal.isDisjoint(with: addresses) || suspectAddresses(like: question) != nil {
        honest = nil
      }
      let known = strays[question]
      if known.map({ $0.addresses.isDisjoint(with: addresses) }) ?? true {
        if strays.count >= Self.mostStrays { strays = [:] }
        strays[question] = Stray(addresses: addresses, since: now)
      }
      return .none
    case .truth:
      strays[question] = nil
      lies = []
      guard fault != nil else {
        lag.note(current: question, at: now)
        return .none
      }
      let since = honest?.since ?? now
      honest = (since, (honest?.count ?? 0) + 1)
      guard now - since >= probation else { return .none }
      fault = nil
      self.since = nil
      honest = nil
      lag = LagSuspicion()
      return .trusted
    case .old(let addresses):
      honest = nil
      let isProven = lag.note(old: addresses, of: question, at: now)
      guard fault == nil, isProven else { return .none }
      setAside(for: .lag, at: now)
      return .setAside(.lag)
    case .lie(let fault):
      honest = nil
      if lies.last.map({ $0.fault != fault }) ?? false { lies = [] }
      lies.append(Lie(fault: fault, name: question.name, at: now))
      if lies.count > Self.mostLies { lies.remove(at: 1) }
      guard self.fault == nil, isProven(isAlone: isAlone) else { return .none }
      setAside(for: fault, at: now)
      return .setAside(fault)
    }
  }

  /// - Parameter portal: the addresses that it gives for every name, a made-up one too.
  mutating func setAside(for fault: VantageFault, portal: Set<IPAddress> = [], at now: Timestamp) {
    self.fault = fault
    self.portal = portal
    since = now
    honest = nil
    strays = [:]
  }

  /// Forgets strays that are true after all: made-up names don't get them.
  mutating func vouch(for addresses: Set<IPAddress>) {
    strays = strays.filter { $0.value.addresses.isDisjoint(with: addresses) }
  }

  /// The addresses that it gives for several names which have others elsewhere: what a captive portal would do.
  func suspectAddresses(like question: Question) -> Set<IPAddress>? {
    guard let stray = strays[question] else { return nil }
    let alike = strays.filter { $0.key.type == question.type && $0.value.addresses == stray.addresses }
    return Set(alike.keys.map(\.name)).count >= Self.names ? stray.addresses : nil
  }

  private func isProven(isAlone: Bool) -> Bool {
    guard lies.count >= Self.occurrences, let first = lies.first, let last = lies.last else { return false }
    return Set(lies.map(\.name)).count >= Self.names || (!isAlone && last.at - first.at >= Self.patience)
  }

  private static let mostLies = 64
  private static let mostStrays = 4096
}
