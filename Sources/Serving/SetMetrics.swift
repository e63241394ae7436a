import DNS
import Deciding

/// What the sets themselves say at the moment they are asked, as Prometheus text: gauges that nobody has to keep.
enum SetMetrics {
  static func text(_ sets: PublishedSets, now: Timestamp) -> String {
    let published = sets.all.compactMap(\.published)
    var text = ""
    func family(_ name: String, _ help: String, _ values: (PublishedSet) -> [(labels: String, value: Int64)])
    {
      text += "# HELP \(name) \(help)\n# TYPE \(name) gauge\n"
      for set in published {
        for (labels, value) in values(set) {
          text += "\(name){set=\"\(set.snapshot.set)\"\(labels)} \(value)\n"
        }
      }
    }
    family("postern_set_generation", "The published generation.") { [("", $0.snapshot.generation.number)] }
    family("postern_set_addresses", "Addresses in the published generation.") { set in
      [.ipv4, .ipv6].map { (",family=\"\($0)\"", Int64(set.snapshot.count(of: $0))) }
    }
    family("postern_set_status", "1 for the status that the set has.") { set in
      [SetStatus.ok, .held, .stale].map { (",status=\"\($0.rawValue)\"", set.status == $0 ? 1 : 0) }
    }
    family("postern_set_generation_age_seconds", "Time since the generation was published.") {
      [("", (now - $0.snapshot.at).components.seconds)]
    }
    family("postern_set_checked_age_seconds", "Time since a lookup for the set succeeded.") {
      [("", (now - $0.checkedAt).components.seconds)]
    }
    text += CoverageMetrics.text(published.compactMap { set in set.coverage.map { (set.snapshot.set, $0) } })
    text +=
      "# HELP postern_set_published Whether a configured set has content.\n# TYPE postern_set_published gauge\n"
    for (name, published) in sets.all {
      text += "postern_set_published{set=\"\(name)\"} \(published == nil ? 0 : 1)\n"
    }
    text += "# HELP postern_http_waiting_clients Clients that wait for a new generation.\n"
    text += "# TYPE postern_http_waiting_clients gauge\npostern_http_waiting_clients \(sets.waiters)\n"
    return text
  }
}
