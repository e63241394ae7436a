package import Deciding

import FoundationEssentials
import Publishing

/// Consumers as JSON, for `/v1/consumers` and for the file that outlives the service, and as metrics.
package enum ConsumerText {
  /// One object with `consumers`, sorted. The file of a stopped service has no `state`: it depends on the moment.
  ///
  /// - Parameter sets: the sets as they stand, to tell states and lags; without it they are left out.
  package static func json(_ reports: [ConsumerReport], _ sets: PublishedSets?, at now: Timestamp) -> [UInt8]
  {
    var json = JSONText(reserving: 256 * reports.count + 64)
    json.beginObject()
    json.timestamp(now, "at")
    json.beginArray("consumers")
    for report in reports {
      json.beginObject()
      json.string(report.set.text, "set")
      json.string(report.principal, "principal")
      json.string(report.agent, "agent")
      json.optional(report.generation?.number, "generation")
      json.timestamp(report.fetchedAt, "fetched_at")
      json.timestamp(report.first, "first_seen")
      json.timestamp(report.last, "last_seen")
      json.number(report.polls, "polls")
      json.number(report.interval.milliseconds, "interval_ms")
      if let sets {
        let snapshot = sets.published(report.set)??.snapshot
        json.optional(report.lag(behind: snapshot?.generation), "lag")
        json.string(
          report.state(at: now, current: snapshot?.generation, published: snapshot?.at).rawValue, "state")
      }
      json.endObject()
    }
    json.endArray()
    json.endObject()
    json.endLine()
    return json.bytes
  }

  private struct Stored: Decodable {
    let consumers: [Consumer]

    struct Consumer: Decodable {
      let set: String
      let principal: String
      let agent: String
      let generation: Int64?
      let fetchedAt: String?
      let firstSeen: String
      let lastSeen: String
      let polls: Int64
      let interval: Int64

      enum CodingKeys: String, CodingKey {
        case set, principal, agent, generation, polls
        case fetchedAt = "fetched_at"
        case firstSeen = "first_seen"
        case lastSeen = "last_seen"
        case interval = "interval_ms"
      }
    }
  }

  /// Reads what `json` writes; nil when it is something else. Rows that don't make sense are passed over.
  package static func reports(_ text: [UInt8]) -> [ConsumerReport]? {
    guard let stored = try? JSONDecoder().decode(Stored.self, from: Data(text)) else { return nil }
    return stored.consumers.compactMap { row in
      guard let set = SetName(row.set), let first = Timestamp(row.firstSeen),
        let last = Timestamp(row.lastSeen),
        row.interval >= 0, row.polls >= 0
      else { return nil }
      return ConsumerReport(
        set: set, principal: row.principal, agent: row.agent, first: first, last: last,
        generation: row.generation.map { Generation($0) },
        fetchedAt: row.fetchedAt.flatMap { Timestamp($0) },
        polls: row.polls, interval: .milliseconds(row.interval))
    }
  }

  /// Age and lag of each, as Prometheus text. A principal may have several agents: the freshest counts, so that agents
  /// don't multiply the series.
  static func metrics(_ reports: [ConsumerReport], _ sets: PublishedSets, at now: Timestamp) -> String {
    struct Series: Hashable {
      let set: SetName
      let principal: String
    }
    var newest = [Series: ConsumerReport]()
    for report in reports {
      let series = Series(set: report.set, principal: report.principal)
      if let known = newest[series], known.last >= report.last { continue }
      newest[series] = report
    }
    let rows = newest.values.sorted()
    func family(_ name: String, _ help: String, _ value: (ConsumerReport) -> Int64?) -> String {
      let lines = rows.map { report in
        let principal = report.principal.filter { $0 != "\"" && $0 != "\\" && !$0.isNewline }
        return value(report).map { "\(name){set=\"\(report.set)\",principal=\"\(principal)\"} \($0)\n" } ?? ""
      }
      return "# HELP \(name) \(help)\n# TYPE \(name) gauge\n" + lines.joined()
    }
    return family("postern_consumer_age_seconds", "Time since the consumer last asked.") {
      max(0, (now - $0.last).components.seconds)
    }
      + family("postern_consumer_generation_lag", "Generations that the consumer lacks.") {
        $0.lag(behind: sets.published($0.set)??.snapshot.generation)
      }
  }
}
