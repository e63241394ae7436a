import DNS
package import Deciding

/// The Passive DNS Common Output Format (draft-dulaunoy-dnsop-passive-dns-cof): one JSON object on each line, which
/// other passive DNS tools read.
package enum CommonOutputFormat {
  /// `application/x-ndjson`, as COF servers answer.
  package static let mediaType = "application/x-ndjson"

  /// Writes one line for each record at each sensor, in the order of their first interval: `rrname`, `rrtype`,
  /// `rdata`, `time_first`, `time_last`, `count`, `sensor_id`. The draft has a tuple once, so what several tracked
  /// names gave, or several intervals, is one line with the counts added up. Names stand without the final dot, as
  /// everywhere in Postern.
  package static func lines(_ intervals: some Sequence<ObservedInterval>) -> [UInt8] {
    var order = [Tuple]()
    var seen = [Tuple: (first: Timestamp, last: Timestamp, count: Int64)]()
    for interval in intervals {
      let (observation, key) = (interval.observation, interval.observation.key)
      let tuple = Tuple(owner: key.owner, type: key.type, data: key.data, vantage: key.vantage)
      if let known = seen[tuple] {
        seen[tuple] = (
          min(known.first, observation.firstSeen), max(known.last, observation.lastSeen),
          known.count + observation.count
        )
      } else {
        order.append(tuple)
        seen[tuple] = (observation.firstSeen, observation.lastSeen, observation.count)
      }
    }
    var json = JSONText(reserving: 4096)
    for tuple in order {
      guard let (first, last, count) = seen[tuple] else { continue }
      json.beginObject()
      json.string(tuple.owner.text, "rrname")
      json.string(tuple.type.description, "rrtype")
      json.string(tuple.data.description, "rdata")
      json.number(first.seconds, "time_first")
      json.number(last.seconds, "time_last")
      json.number(count, "count")
      json.string(tuple.vantage.label, "sensor_id")
      json.endObject()
      json.endLine()
    }
    return json.bytes
  }

  private struct Tuple: Hashable {
    let owner: DomainName
    let type: RecordType
    let data: RecordData
    let vantage: Vantage
  }
}
