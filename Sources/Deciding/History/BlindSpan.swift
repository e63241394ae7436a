/// A time in which nobody looked: absence proves nothing there, and nothing that changed was seen.
package struct BlindSpan: Hashable, Sendable {
  /// The last sign of a service before it, or since when anything is kept; nil when there was none ever.
  package let since: Timestamp?
  /// The first sign of a service after it; nil when there was none yet.
  package let until: Timestamp?

  /// At least one of the ends is known unless nobody ever looked.
  package init(since: Timestamp?, until: Timestamp?) {
    self.since = since
    self.until = until
  }

  /// Whether nobody looked at the moment.
  package func covers(_ moment: Timestamp) -> Bool {
    since.map { $0 < moment } ?? true && until.map { moment < $0 } ?? true
  }

  /// `from … to …` for people.
  package var text: String {
    switch (since, until) {
    case (let since?, let until?): "from \(since) to \(until)"
    case (let since?, nil): "since \(since)"
    case (nil, let until?): "before \(until)"
    case (nil, nil): "ever"
    }
  }
}
