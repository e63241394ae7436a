import DNS
package import Deciding

/// The Passive DNS Common Output Format (draft-dulaunoy-dnsop-passive-dns-cof): one JSON object on each line, which
/// other passive DNS tools read.
package enum CommonOutputFormat {
  /// `application/x-ndjson`, as COF servers answer.
  package static let mediaType = "application/x-ndjson"

  /// Writes one line for each interval: `rrname`, `rrtype`, `rdata`, `time_first`, `time_last`, `count`, `sensor_id`.
  /// Names stand without the final dot, as everywhere in Postern.
  package static func lines(_ intervals: some Sequence<ObservedInterval>) -> [UInt8] {
    var json = JSONText(reserving: 4096)
    for interval in intervals {
      let observation = interval.observation
      json.beginObject()
      json.string(observation.key.owner.text, "rrname")
      json.string(observation.key.type.description, "rrtype")
      json.string(observation.key.data.description, "rdata")
      json.number(observation.firstSeen.seconds, "time_first")
      json.number(observation.lastSeen.seconds, "time_last")
      json.number(observation.count, "count")
      json.string(observation.key.vantage.label, "sensor_id")
      json.endObject()
      json.endLine()
    }
    return json.bytes
  }
}
