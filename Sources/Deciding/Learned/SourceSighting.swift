/// How one source saw one name in use.
package struct SourceSighting: Hashable, Sendable, Codable {
  /// Such as `dnsmasq:/var/log/dnsmasq.log`.
  package let source: String
  /// When it was read first and last, by our own clock.
  package let first: Timestamp
  /// The last time; not before `first`.
  package private(set) var last: Timestamp
  /// How often; a question and its answer are one use.
  package private(set) var count: Int64

  /// As many uses in that time; 0 where only the sum over all sources is known.
  package init(source: String, first: Timestamp, last: Timestamp, count: Int64) {
    self.source = source
    self.first = first
    self.last = last
    self.count = count
  }

  /// As many uses more, the last of them at `moment`.
  mutating func add(_ more: Int64, at moment: Timestamp) {
    count += more
    last = max(last, moment)
  }
}

extension [SourceSighting] {
  /// The most sources that are told of for one name.
  static let most = 8

  /// Counts uses; those of a further source are dropped when there are `most`.
  mutating func note(_ count: Int64, by source: String, at moment: Timestamp) {
    if let index = firstIndex(where: { $0.source == source }) {
      self[index].add(count, at: moment)
    } else if self.count < Self.most {
      append(SourceSighting(source: source, first: moment, last: moment, count: count))
    }
  }
}
