import CAres

/// How a lane's queries travel: c-ares settles it when a channel opens.
enum LaneKind: Int, CaseIterable {
  case udp
  /// Without EDNS: a FORMERR on a channel that allows EDNS makes c-ares 1.18 cut octets off the query and repeat it.
  case plain
  case tcp
  case tls

  var channelTransport: pca_transport {
    switch self {
    case .udp: PCA_UDP_EDNS
    case .plain: PCA_UDP_PLAIN
    case .tcp: PCA_TCP
    case .tls: PCA_TLS
    }
  }

  var transport: Transport {
    switch self {
    case .udp, .plain: .udp
    case .tcp: .tcp
    case .tls: .tls
    }
  }

  /// Whether it is one connection, which nobody off the path can forge a reply on.
  var isConnection: Bool { transport != .udp }
}

/// One c-ares channel: one socket to one upstream. Confined to the engine's thread.
///
/// A lane that has served its number of queries, or that failed, is retired: it takes no new queries and is closed
/// when nobody waits for it. That renews the source port and all that a channel remembers.
final class Lane {
  let id: UInt32
  let kind: LaneKind
  /// Held until the lane is closed, also when the upstream was removed.
  let upstream: UpstreamLine
  /// Queries that c-ares has not reported yet, those that nobody waits for included.
  var outstanding = 0
  /// Queries whose lookup still waits for this very try.
  var awaited = 0
  var sent = 0
  var consecutiveTimeouts = 0
  /// Replies that were accepted.
  var answered = 0
  var isRetired = false
  var lastUsed: UInt64
  private let owner: EngineLoop
  private var channel: OpaquePointer?

  /// Nil when the channel can't be opened: no memory or no descriptors.
  init?(id: UInt32, kind: LaneKind, upstream: UpstreamLine, owner: EngineLoop, now: UInt64) {
    self.id = id
    self.kind = kind
    self.upstream = upstream
    self.owner = owner
    lastUsed = now
    guard kind != .tls || upstream.peer != nil else { return nil }
    channel = pca_open(
      upstream.upstream.endpoint, kind.channelTransport, upstream.peer?.pointer, owner.channelTimeout(kind),
      Int32(owner.settings.receiveBuffer),
      owner.poll, id, Self.answered, Unmanaged.passUnretained(self).toOpaque())
    if channel == nil { return nil }
  }

  /// Whether what came back on this lane answers a query with OPT. A reply may be to an earlier try than the last.
  func sentEDNS(_ lookup: PendingLookup) -> Bool {
    switch kind {
    case .udp: true
    case .plain: false
    case .tcp, .tls: lookup.usesEDNS
    }
  }

  func send(_ query: [UInt8], token: UInt64, now: UInt64) {
    outstanding += 1
    sent += 1
    lastUsed = now
    query.withUnsafeBytes { pca_send(channel, token, $0.baseAddress, $0.count) }
  }

  func ready(_ descriptor: Int32, readable: Bool, writable: Bool) {
    pca_ready(channel, descriptor, readable ? 1 : 0, writable ? 1 : 0)
  }

  /// What stands in the way of TLS, or did last; nil when nothing does.
  var trouble: String? { channel.flatMap { pca_trouble($0) }.map { String(cString: $0) } }

  func expire() { pca_expire(channel) }

  /// Must be called before the lane goes away, and never from within a reply.
  func close() {
    if let channel { pca_close(channel) }
    channel = nil
  }

  private static let answered: pca_answered = { context, token, status, reply, length in
    guard let context else { return }
    let lane = Unmanaged<Lane>.fromOpaque(context).takeUnretainedValue()
    let status = pca_status(UInt32(status))
    // Such a query was counted when its header came.
    if status != PCA_FURTHER_REPLY { lane.outstanding -= 1 }
    lane.owner.arrived(
      token, on: lane, status: status,
      reply: UnsafeRawBufferPointer(start: reply, count: length))
  }
}
