import DNS
import Deciding

/// A lookup while the engine has it. The objects are used again; the generation tells their uses apart, so that what
/// arrives late for an earlier use is ignored. Confined to the engine's thread.
final class PendingLookup {
  /// Where a lookup stands.
  enum Stage {
    case free
    /// Waits for its first packet.
    case queued
    /// Waits for room on a lane for a further packet.
    case parked
    /// Waits for a reply.
    case flying
    /// Waits a little before the next try.
    case pausing
  }

  let index: Int
  private(set) var generation: UInt32 = 0
  var stage = Stage.free
  private(set) var ticket: Ticket?
  private var continuation: CheckedContinuation<Lookup, Never>?
  var line: UpstreamLine?
  var transport = Transport.udp
  /// Whether the next packet, or the one in the air, has OPT.
  var usesEDNS = true
  /// Whether EDNS was left out to see if that is why nothing answered.
  var isPlainTrial = false
  var caseBits: UInt64 = 0
  /// The octets of the query and how many of them from 12 on are its question.
  var query = [UInt8]()
  var questionLength = 0
  /// Packets sent.
  var attempts = 0
  var triesLeft = 0
  /// The lane of the try that is waited for.
  var lane: Lane?
  var isProbe = false
  var sawTruncation = false
  /// Replies that were an error without the question.
  var bareErrors = 0
  var firstSent: UInt64 = 0
  var lastSent: UInt64 = 0
  var deadline: UInt64 = 0
  var lastFailure: (kind: FailureKind, detail: String)?

  init(index: Int) { self.index = index }

  /// Names this use and this try: generation, attempts (8 bits), index (24 bits).
  var token: UInt64 { UInt64(generation) << 32 | UInt64(attempts & 0xff) << 24 | UInt64(index) }

  static func index(of token: UInt64) -> Int { Int(token & 0xff_ffff) }

  /// Whether the token names this use, at whatever try.
  func isNamed(by token: UInt64) -> Bool { stage != .free && UInt32(token >> 32) == generation }

  func begin(_ job: Job, _ line: UpstreamLine, _ settings: ResolverSettings, now: UInt64) {
    ticket = job.ticket
    continuation = job.continuation
    self.line = line
    stage = .queued
    transport = line.upstream.transport
    usesEDNS = now >= line.plainUntil
    caseBits = 0
    attempts = 0
    triesLeft = transport == .udp ? settings.tries.count : PendingLookup.tcpTries
    isProbe = false
    isPlainTrial = false
    sawTruncation = false
    bareErrors = 0
    firstSent = 0
    lastFailure = nil
    job.ticket.place(token)
  }

  /// Makes the place free for another lookup and gives back who waits for this one.
  func end() -> CheckedContinuation<Lookup, Never>? {
    defer { continuation = nil }
    generation &+= 1
    stage = .free
    ticket = nil
    line = nil
    lane = nil
    return continuation
  }

  static let tcpTries = 2
}
