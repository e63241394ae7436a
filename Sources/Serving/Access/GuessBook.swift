import NIOCore
import Synchronization

/// Slows whoever tries secrets: after twenty wrong ones from an address, one in five seconds is looked at. Who was
/// right from there before goes on being admitted, so that a guesser doesn't lock out the firewall beside it.
final class GuessBook: Sendable {
  private let state = Mutex<[Peer.Origin: Page]>([:])

  private struct Page {
    var wrong: TokenBucket
    var admitted: Set<String> = []
  }

  /// Addresses that are remembered; beyond them those without a recent guess are forgotten, then all.
  static let most = 4096
  private static let mostAdmitted = 64

  /// Notes an attempt.
  ///
  /// - Parameter name: the principal that was proven; nil for a wrong secret.
  /// - Returns: the seconds to wait when the attempt doesn't count, right or wrong.
  func wait(_ origin: Peer.Origin, for name: String?, isCounting: Bool, now: NIODeadline) -> Int? {
    state.withLock { pages in
      if pages[origin] == nil, pages.count >= Self.most {
        pages = pages.filter { _, page in
          var page = page
          return !page.wrong.isFull(now: now)
        }
        if pages.count >= Self.most { pages.removeAll(keepingCapacity: true) }
      }
      var page = pages[origin] ?? Page(wrong: TokenBucket(rate: 0.2, burst: 20, now: now))
      defer { pages[origin] = page }
      guard let name else { return isCounting ? page.wrong.take(now: now) : page.wrong.wait(now: now) }
      if page.admitted.contains(name) { return nil }
      if let wait = page.wrong.wait(now: now) { return wait }
      if page.admitted.count < Self.mostAdmitted { page.admitted.insert(name) }
      return nil
    }
  }
}
