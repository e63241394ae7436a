package import Deciding

import Crypto

/// What is posted to a webhook, and how a receiver knows that it is ours. Pure.
package enum WebhookMessage {
  /// The value of `X-Postern-Signature`: HMAC-SHA256 over the timestamp, a full stop and the body, so that a message that
  /// somebody recorded can't be sent again later with another time.
  ///
  /// - Parameter secret: at least 16 octets.
  /// - Returns: `t=1795424400,v1=` and 64 hexadecimal digits.
  package static func signature(_ body: [UInt8], secret: [UInt8], at moment: Timestamp) -> String {
    let signed = Array("\(moment.seconds).".utf8) + body
    let code = HMAC<SHA256>.authenticationCode(for: signed, using: SymmetricKey(data: secret))
    return "t=\(moment.seconds),v1=\(Digest(octets: Array(code)))"
  }

  /// How long to wait before the next try: doubled with each failure from one second to a minute, and half of it drawn by
  /// lot, so that many services don't come back at once.
  ///
  /// - Parameters:
  ///   - failures: how many tries failed; 1 or more.
  ///   - lot: from 0 to 1.
  ///   - asked: what the receiver's `Retry-After` asked for, in seconds; at most five minutes of it count.
  package static func pause(after failures: Int, lot: Double, asked: Int? = nil) -> Duration {
    let longest = min(60.0, Double(1 << min(max(failures - 1, 0), 6)))
    let own = Duration.milliseconds(Int64(longest * 1000 * (0.5 + 0.5 * min(max(lot, 0), 1))))
    return max(own, .seconds(min(max(asked ?? 0, 0), 300)))
  }

  /// What an answer means.
  package enum Outcome: Hashable, Sendable {
    /// The receiver has it.
    case delivered
    /// It will never be taken: asking again would only make noise.
    case refused
    /// It is worth another try.
    case failed
  }

  /// Redirects are refused: a signed pointer goes where it was configured to go and nowhere else.
  package static func outcome(status: Int) -> Outcome {
    switch status {
    case 200..<300: .delivered
    case 408, 425, 429: .failed
    case 300..<500: .refused
    default: .failed
    }
  }
}

/// Pointers that wait for one receiver: at most one for each set, since a newer generation makes the older one pointless.
package struct WebhookQueue: Sendable {
  private var pointers: [SetName: GenerationPointer] = [:]

  /// One with nothing to deliver.
  package init() {}

  /// Whether nothing waits to be delivered.
  package var isEmpty: Bool { pointers.isEmpty }

  /// Takes a pointer unless a newer one of its set waits already.
  package mutating func add(_ pointer: GenerationPointer) {
    if let known = pointers[pointer.set], known.generation >= pointer.generation { return }
    pointers[pointer.set] = pointer
  }

  /// The one that waits longest.
  package var next: GenerationPointer? { pointers.values.min { ($0.at, $0.set) < ($1.at, $1.set) } }

  /// Takes out what was delivered or refused, unless a newer one has come meanwhile.
  package mutating func remove(_ pointer: GenerationPointer) {
    if pointers[pointer.set] == pointer { pointers[pointer.set] = nil }
  }
}
