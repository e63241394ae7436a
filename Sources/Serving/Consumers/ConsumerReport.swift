package import Deciding

/// What is known of one consumer of one set.
package struct ConsumerReport: Hashable, Sendable, Comparable {
  /// The set that it follows.
  package let set: SetName
  /// The name of its token, else the address that it came from.
  package let principal: String
  /// What it calls itself.
  package let agent: String
  /// When it was first seen.
  package let first: Timestamp
  /// When it last asked for anything of the set.
  package let last: Timestamp
  /// The generation that it fetched last; nil when it only looked at `/version`.
  package let generation: Generation?
  /// When it fetched, or was told that it has, that generation.
  package let fetchedAt: Timestamp?
  /// Its requests.
  package let polls: Int64
  /// Its usual pause between two polls, learned; zero before the second.
  package let interval: Duration

  /// A consumer as it stands now.
  package init(
    set: SetName, principal: String, agent: String, first: Timestamp, last: Timestamp,
    generation: Generation? = nil, fetchedAt: Timestamp? = nil, polls: Int64 = 0, interval: Duration = .zero
  ) {
    self.set = set
    self.principal = principal
    self.agent = agent
    self.first = first
    self.last = last
    self.generation = generation
    self.fetchedAt = fetchedAt
    self.polls = polls
    self.interval = interval
  }

  package static func < (left: ConsumerReport, right: ConsumerReport) -> Bool {
    (left.set, left.principal, left.agent) < (right.set, right.principal, right.agent)
  }

  /// How a consumer does.
  package enum State: String, Hashable, Sendable, CaseIterable {
    /// It polls, and has the current generation or will soon.
    case following
    /// It polls, and yet has an older generation.
    case behind
    /// It used to poll and doesn't any more.
    case stopped
    /// It came too seldom to know what is usual.
    case unknown
    /// It stopped so long ago that it is no news any more.
    case gone
  }

  /// How it does at a moment.
  ///
  /// - Parameters:
  ///   - current: the set's generation; nil when it has none.
  ///   - published: when that was published.
  package func state(at now: Timestamp, current: Generation?, published: Timestamp?) -> State {
    // Five polls over ten minutes: a person who tries things out is no consumer.
    guard polls >= 5, last - first >= .seconds(600), interval > .zero else { return .unknown }
    let patience = max(interval * 3, .seconds(60))
    if now - last > .seconds(7 * 86_400) + patience { return .gone }
    if now - last > patience { return .stopped }
    guard let current, let generation, generation < current, let published else { return .following }
    return now - published > patience ? .behind : .following
  }

  /// How many generations it lacks; nil when it never fetched one.
  package func lag(behind current: Generation?) -> Int64? {
    guard let current, let generation else { return nil }
    return max(0, current.number - generation.number)
  }

  /// One sentence for people when it needs a look; nil while all is well.
  package func warning(at now: Timestamp, current: Generation?, published: Timestamp?) -> String? {
    switch state(at: now, current: current, published: published) {
    case .following, .unknown, .gone: nil
    case .stopped:
      "consumer \(label) of set \(set) stopped polling: last seen \(last), usually every \(Self.seconds(interval)) s"
    case .behind:
      "consumer \(label) of set \(set) is behind: it has generation \(generation.map { "\($0)" } ?? "none") of "
        + "\(current.map { "\($0)" } ?? "none")"
    }
  }

  /// Who it is, in text that is safe to print.
  package var label: String {
    let plain = agent.unicodeScalars.filter {
      $0.value >= 0x20 && $0.value < 0x7f && $0 != "\"" && $0 != "\\"
    }
    return plain.isEmpty ? principal : "\(principal) (\(String(String.UnicodeScalarView(plain)).prefix(40)))"
  }

  private static func seconds(_ span: Duration) -> Int64 { max(1, span.milliseconds / 1000) }
}
