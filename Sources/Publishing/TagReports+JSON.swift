package import Deciding

import DNS

extension TagBook {
  /// `/v1/tags` and `postern tags list --json`: the editions, and how each set stands with them.
  ///
  /// - Parameter sets: what is published, with the sets' rules.
  package func json(_ sets: [(snapshot: Snapshot, rules: TagRules)], now: Timestamp) -> [UInt8] {
    var json = JSONText(reserving: 2048)
    json.beginObject()
    json.beginArray("editions")
    for edition in editions.values.sorted(by: { $0.file.cloud < $1.file.cloud }) {
      json.beginObject()
      json.string(edition.file.cloud.rawValue, "cloud")
      json.number(edition.file.change, "change")
      json.timestamp(edition.importedAt, "imported_at")
      json.timestamp(edition.asOf, "as_of")
      json.boolean(edition.isOld(at: now), "old")
      json.number(edition.file.tags.count, "tags")
      json.number(edition.file.prefixCount, "prefixes")
      json.string(edition.source, "source")
      json.endObject()
    }
    json.endArray()
    json.beginArray("sets")
    for (snapshot, rules) in sets {
      let exposure = SetExposure(of: snapshot, rules: rules, by: self)
      json.beginObject()
      json.string(snapshot.set.text, "set")
      json.number(snapshot.generation.number, "generation")
      json.string(rules.cloud.rawValue, "cloud")
      json.strings(rules.given.map(\.text), "from_tags")
      json.strings(rules.expected.map(\.text), "expected")
      json.string(rules.isEnforced ? "enforce" : "report", "rule")
      json.strings(rules.bound.map(\.text), "bound")
      json.optional(rules.lapse(by: self, at: now), "lapse")
      json.number(exposure.count, "addresses")
      json.beginArray("opened")
      for family in AddressFamily.allCases {
        json.beginObject()
        json.string(family.description, "family")
        json.string("\(exposure.opened[family] ?? 0)", "addresses")
        json.string((exposure.opened[family] ?? 0).countText, "addresses_text")
        json.endObject()
      }
      json.endArray()
      json.strings(exposure.outside.map(\.description), "outside")
      json.number(exposure.shared, "shared")
      json.beginArray("shared_with")
      for sharer in exposure.sharers {
        json.beginObject()
        json.string(sharer.name, "name")
        json.number(sharer.count, "addresses")
        json.endObject()
      }
      json.endArray()
      json.number(exposure.mostNames, "most_names_of_an_address")
      json.endObject()
    }
    json.endArray()
    json.endObject()
    json.endLine()
    return json.bytes
  }

  /// `/v1/sets/{set}/tags`: each address of a set with its tags, who shares it and how many of our names give it.
  package func json(_ snapshot: Snapshot, rules: TagRules) -> [UInt8] {
    var json = JSONText(reserving: snapshot.elements.count * 256 + 256)
    json.beginObject()
    json.string(snapshot.set.text, "set")
    json.number(snapshot.generation.number, "generation")
    json.beginArray("addresses")
    for element in snapshot.elements {
      json.beginObject()
      json.string(element.prefix.description, "ip")
      json.annotation(
        annotation(of: element.address, names: element.names.count, rules: [(snapshot.set, rules)]))
      json.endObject()
    }
    json.endArray()
    json.endObject()
    json.endLine()
    return json.bytes
  }
}

extension TagComparison {
  /// `postern tags compare --json`. Counts beyond 2^53, which many readers of JSON round, are text.
  package func json(of set: SetName) -> [UInt8] {
    var json = JSONText()
    json.beginObject()
    json.string(set.text, "set")
    json.strings(tags.map(\.text), "tags")
    json.strings(missing.map(\.text), "missing")
    json.beginArray("families")
    for family in families {
      json.beginObject()
      json.string(family.family.description, "family")
      json.number(family.prefixes, "prefixes")
      json.string("\(family.opened)", "opened")
      json.string(family.opened.countText, "opened_text")
      json.number(family.observed, "observed")
      json.optional(family.ratio.map { UInt64(clamping: UInt128(min($0, 1e18))) }, "ratio")
      json.endObject()
    }
    json.endArray()
    json.strings(outside.map(\.description), "outside")
    json.endObject()
    json.endLine()
    return json.bytes
  }
}
