internal import DNS

/// In how many independent answers of the last window each address was: once, twice, or more often.
///
/// Of each address only the last three moments are kept, since no estimate asks for more than "twice"; the sums are kept
/// in a ring of spans, so that the window slides. An answer costs a walk over the addresses of its name.
struct IncidenceLedger: Sendable {
  private var seen: [IPAddress: Moments] = [:]
  private var spans: [Span] = []
  private var latestAnswer: Timestamp?

  /// The last three answers that held an address, the latest first; equal to `distantPast` where there were fewer.
  private struct Moments: Sendable {
    var last: Timestamp
    var second: Timestamp
    var third: Timestamp
  }

  /// Sums over a part of the window.
  private struct Span: Sendable {
    let from: Timestamp
    var answers = 0
    var incidences = 0
    var hidden = 0.0
    var watched = 0.0
  }

  /// Parts of the window.
  private static let parts = 24
  private static let distantPast = Timestamp(milliseconds: .min)

  /// Counts an address as known before the first answer: the history has it, nobody knows from how many answers.
  mutating func restore(_ address: IPAddress, lastSeen: Timestamp) {
    seen[address] = Moments(last: lastSeen, second: lastSeen, third: lastSeen)
  }

  /// Takes in an independent answer.
  ///
  /// - Returns: how many of its addresses no answer of the window had held, and for how long those that come back had
  ///   been away.
  mutating func take(
    _ addresses: Set<IPAddress>, _ entry: NewEntry, at now: Timestamp, window: Duration
  ) -> (new: Int, gaps: [Duration]) {
    let start = now - window
    seen = seen.filter { $0.value.last >= start }
    spans.removeAll { $0.from < start }
    if spans.last.map({ now - $0.from >= window / Self.parts || now < $0.from }) ?? true {
      spans.append(Span(from: now))
    }
    let index = spans.endIndex - 1
    spans[index].answers += 1
    spans[index].incidences += addresses.count
    spans[index].hidden += entry.hidden / .seconds(1)
    spans[index].watched += entry.span / .seconds(1)
    var fresh = 0
    var gaps = [Duration]()
    for address in addresses {
      if let moments = seen[address] {
        // Only an answer without it tells that it was away.
        if let latestAnswer, moments.last < latestAnswer { gaps.append(now - moments.last) }
        seen[address] = Moments(last: now, second: moments.last, third: moments.second)
      } else {
        seen[address] = Moments(last: now, second: Self.distantPast, third: Self.distantPast)
        fresh += 1
      }
    }
    latestAnswer = now
    return (fresh, gaps)
  }

  /// How many independent answers an hour brings; 0 while there is no span to tell.
  func answersPerHour(at now: Timestamp, window: Duration) -> Double {
    let recent = spans.filter { $0.from >= now - window }
    guard let first = recent.first, now > first.from else { return 0 }
    return Double(recent.reduce(0) { $0 + $1.answers }) / ((now - first.from) / .seconds(3600))
  }

  /// What the window up to `now` holds.
  func incidences(at now: Timestamp, window: Duration) -> Incidences {
    let start = now - window
    var sums = Incidences()
    for moments in seen.values where moments.last >= start {
      if moments.second < start {
        sums.once += 1
      } else if moments.third < start {
        sums.twice += 1
      }
    }
    for span in spans where span.from >= start {
      sums.answers += span.answers
      sums.total += span.incidences
      sums.hidden += span.hidden
      sums.watched += span.watched
    }
    return sums
  }
}

/// Incidence counts over a window, in the letters of A. Chao and L. Jost (2012).
struct Incidences: Sendable {
  /// n: independent answers.
  var answers = 0
  /// U: addresses in them, each as often as it was given.
  var total = 0
  /// Q1: addresses that exactly one answer held.
  var once = 0
  /// Q2: addresses that exactly two held.
  var twice = 0
  /// Seconds for which a new entry stood in a cache before we saw it.
  var hidden = 0.0
  /// Seconds between the entries that were seen.
  var watched = 0.0

  /// 1 − C: the chance that an address of the next answer was in none, if the pool stays as it is.
  ///
  /// A. Chao and L. Jost, Coverage-based rarefaction and extrapolation, Ecology 93 (2012), the form for incidences.
  var unseenShare: Double {
    guard total > 0, once > 0 else { return 0 }
    let (n, q1, q2) = (Double(answers), Double(once), Double(twice))
    let tail = (n - 1) * q1
    return q1 / Double(total) * (tail + 2 * q2 > 0 ? tail / (tail + 2 * q2) : 1)
  }

  /// The share of the time in which clients behind our upstreams may be given what we haven't seen; nil while no entry
  /// followed another.
  var exposure: Double? { watched > 0 ? min(1, hidden / watched) : nil }
}
