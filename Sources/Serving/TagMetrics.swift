import DNS
import Deciding

/// What service tags say of the sets, as Prometheus text: nothing while no file was imported.
enum TagMetrics {
  static func text(_ site: Site) -> String {
    let (book, now) = (site.tags(), site.now())
    guard !book.isEmpty else { return "" }
    var text = ""
    func family(_ name: String, _ help: String, _ values: [(labels: String, value: Int64)]) {
      text += "# HELP \(name) \(help)\n# TYPE \(name) gauge\n"
      for (labels, value) in values { text += "\(name){\(labels)} \(value)\n" }
    }
    let editions = book.editions.values.sorted { $0.file.cloud < $1.file.cloud }
    family(
      "postern_service_tags_change_number", "The change number of the service tags that are kept.",
      editions.map { ("cloud=\"\($0.file.cloud)\"", $0.file.change) })
    family(
      "postern_service_tags_age_seconds", "Time since the service tags were known to be current.",
      editions.map { ("cloud=\"\($0.file.cloud)\"", (now - $0.asOf).components.seconds) })
    let exposures = site.taggedSets.map { SetExposure(of: $0.snapshot, rules: $0.rules, by: book) }
    family(
      "postern_set_addresses_outside_tags", "Addresses outside the service tags that the set expects.",
      exposures.map { ("set=\"\($0.set)\"", Int64($0.outside.count)) })
    family(
      "postern_set_shared_addresses", "Addresses in ranges that others share.",
      exposures.map { ("set=\"\($0.set)\"", Int64($0.shared)) })
    family(
      "postern_set_tags_lapsed", "1 while service tags that should bound the set don't.",
      site.taggedSets.map {
        ("set=\"\($0.snapshot.set)\"", $0.rules.lapse(by: book, at: now) == nil ? 0 : 1)
      })
    return text
  }
}

extension Site {
  /// What is published, with the rules of its set.
  var taggedSets: [(snapshot: Snapshot, rules: TagRules)] {
    policies.compactMap { policy in
      sets.published(policy.name).flatMap { $0 }.map { ($0.snapshot, policy.tagRules) }
    }
  }
}
