import DNS
import NIOCore
import Synchronization

/// The rate limits of all principals and addresses.
final class Allowances: Sendable {
  private let limits: HTTPLimits
  private let state = Mutex<[Key: Allowance]>([:])

  private enum Key: Hashable {
    case principal(String)
    case origin(Peer.Origin)
  }

  /// Buckets that are kept; beyond them the full ones are dropped, which changes nothing, then all.
  static let most = 8192

  init(_ limits: HTTPLimits) { self.limits = limits }

  /// What a caller draws on; nil for one without limit. Connections keep it.
  func allowance(for callers: Callers, _ peer: Peer, now: NIODeadline = .now()) -> Allowance? {
    let key: Key
    if callers.provenCount > 0, let name = callers.name {
      key = .principal(name)
    } else {
      if let address = peer.address, limits.exempt.contains(where: { $0.contains(address) }) { return nil }
      key = .origin(peer.origin)
    }
    return state.withLock { table in
      if let known = table[key] { return known }
      if table.count >= Self.most {
        table = table.filter { !$0.value.isFull(now: now) }
        if table.count >= Self.most { table.removeAll(keepingCapacity: true) }
      }
      let made = Allowance(
        TokenBucket(rate: Double(limits.requestsPerSecond), burst: Double(limits.burst), now: now))
      table[key] = made
      return made
    }
  }
}

/// The rate limit of one principal or address, shared by its connections.
final class Allowance: Sendable {
  private let bucket: Mutex<TokenBucket>

  init(_ bucket: TokenBucket) { self.bucket = Mutex(bucket) }

  /// Takes one answer; else the seconds until there is one.
  func take(now: NIODeadline = .now()) -> Int? { bucket.withLock { $0.take(now: now) } }

  /// Gives one back, for an answer that turned out to cost nothing.
  func giveBack() { bucket.withLock { $0.giveBack() } }

  fileprivate func isFull(now: NIODeadline) -> Bool { bucket.withLock { $0.isFull(now: now) } }
}
