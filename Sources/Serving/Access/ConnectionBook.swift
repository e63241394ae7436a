import DNS
import Synchronization

/// Counts open connections, in all and from each address.
final class ConnectionBook: Sendable {
  private let limits: HTTPLimits
  private let state = Mutex(State())

  private struct State {
    var count = 0
    var origins: [Peer.Origin: Int] = [:]
  }

  enum Refusal: String, Error, CaseIterable {
    case connections
    case connectionsPerAddress
  }

  init(_ limits: HTTPLimits) { self.limits = limits }

  /// Connections that are open now.
  var count: Int { state.withLock { $0.count } }

  /// Lets a connection in, to be closed with `leave`.
  func enter(_ peer: Peer) throws(Refusal) {
    let origin = peer.origin
    let isExempt = peer.address.map { address in limits.exempt.contains { $0.contains(address) } } ?? false
    let refusal = state.withLock { state -> Refusal? in
      if state.count >= limits.connections { return .connections }
      let mine = state.origins[origin, default: 0]
      if !isExempt, mine >= limits.connectionsPerAddress { return .connectionsPerAddress }
      state.count += 1
      state.origins[origin] = mine + 1
      return nil
    }
    if let refusal { throw refusal }
  }

  /// Counts a connection as gone.
  func leave(_ peer: Peer) {
    let origin = peer.origin
    state.withLock { state in
      state.count -= 1
      let mine = state.origins[origin, default: 1] - 1
      state.origins[origin] = mine > 0 ? mine : nil
    }
  }
}
