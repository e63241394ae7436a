import Crypto
import DNS
import NIOCore

/// Tells who is asking. A failure of ours is never answered as one of theirs: some firewalls stop enforcing a list
/// when they see 401.
struct Gate: Sendable {
  let list: AccessList
  let guesses: GuessBook

  /// Finds everybody whom the request proves to be.
  ///
  /// - Parameter isCounting: whether a wrong secret counts as a guess; the hot path leaves that to the other.
  func callers(
    _ credentials: Credentials, _ peer: Peer, isCounting: Bool = true, now: NIODeadline = .now()
  ) -> Callers {
    let known = list.principals
    var found = [Principal]()
    let secrets = credentials.secrets
    for secret in secrets { found += Self.owners(of: secret, among: known) }
    let isMistaken = found.isEmpty && !secrets.isEmpty
    if !secrets.isEmpty {
      let wait = guesses.wait(peer.origin, for: found.first?.name, isCounting: isCounting, now: now)
      if let wait {
        // Whether the secret is right isn't told: else guessing could go on at full speed.
        let others = Self.others(peer, among: known)
        return Callers(
          principals: others.proven + others.near, provenCount: others.proven.count, isMistaken: true,
          retryAfter: wait)
      }
    }
    let others = Self.others(peer, among: known)
    found += others.proven
    return Callers(principals: found + others.near, provenCount: found.count, isMistaken: isMistaken)
  }

  /// The principals with this secret. Each digest of each principal is compared, and each in constant time
  /// (swift-crypto's `==` between a digest and bytes), so that the time tells nothing about the secrets.
  private static func owners(of secret: [UInt8], among known: [Principal]) -> [Principal] {
    let digest = SHA256.hash(data: secret)
    return known.filter { principal in
      principal.digests.reduce(false) { found, expected in
        let isEqual = digest == expected
        return found || isEqual
      }
    }
  }

  /// Those whom the certificate proves, and those whose network it is.
  private static func others(
    _ peer: Peer, among known: [Principal]
  ) -> (proven: [Principal], near: [Principal]) {
    let names = peer.certificateNames
    let proven = names.isEmpty ? [] : known.filter { !$0.certificates.isDisjoint(with: names) }
    guard let address = peer.address else { return (proven, []) }
    return (proven, known.filter { $0.networks.contains { $0.contains(address) } })
  }
}
