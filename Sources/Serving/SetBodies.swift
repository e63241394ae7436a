import DNS
import Deciding
import Publishing

/// The JSON bodies that speak of sets as they stand.
enum SetBodies {
  /// `/v1/sets`.
  static func list(
    _ sets: [(name: SetName, published: PublishedSet?)], _ formats: FormatCatalog
  ) -> [UInt8] {
    var json = JSONText()
    json.beginObject()
    json.beginArray("sets")
    for (name, published) in sets {
      json.beginObject()
      json.string(name.text, "set")
      if let published { write(published, to: &json) } else { json.string("unpublished", "status") }
      json.beginArray("files")
      for format in formats.all { json.string("/v1/sets/\(name).\(format.fileExtension)") }
      json.endArray()
      json.endObject()
    }
    json.endArray()
    json.endObject()
    json.endLine()
    return json.bytes
  }

  /// `/v1/sets/{set}/version`.
  static func version(_ published: PublishedSet) -> [UInt8] {
    var json = JSONText()
    json.beginObject()
    json.string(published.snapshot.set.text, "set")
    write(published, to: &json)
    json.endObject()
    json.endLine()
    return json.bytes
  }

  /// `/v1/sets/{set}/changes`.
  static func changes(_ changes: SetChanges, in published: PublishedSet) -> [UInt8] {
    let difference = changes.difference
    var json = JSONText()
    json.beginObject()
    json.string(published.snapshot.set.text, "set")
    json.number(difference.from.number, "from")
    json.number(difference.to.number, "to")
    json.beginArray("add")
    for element in difference.entered { json.quoted { element.appendText(to: &$0) } }
    json.endArray()
    json.beginArray("remove")
    for element in difference.left { json.quoted { element.appendText(to: &$0) } }
    json.endArray()
    json.beginArray("added")
    for entry in changes.entered {
      json.beginObject()
      json.quoted("address") { entry.element.prefix.appendText(to: &$0) }
      json.step(entry.generation)
      json.timestamp(entry.element.firstSeen, "first_seen")
      json.strings(entry.element.names.map(\.text), "names")
      json.endObject()
    }
    json.endArray()
    json.beginArray("removed")
    for departure in changes.left {
      json.beginObject()
      json.quoted("address") { departure.prefix.appendText(to: &$0) }
      json.step(departure.generation)
      json.timestamp(departure.lastSeen, "last_seen")
      json.optional(departure.reason?.rawValue, "reason")
      json.endObject()
    }
    json.endArray()
    json.endObject()
    json.endLine()
    return json.bytes
  }

  /// `/v1/sets/{set}/snapshots`.
  static func snapshots(_ records: [GenerationRecord], of set: SetName) -> [UInt8] {
    var json = JSONText(reserving: records.count * 160 + 64)
    json.beginObject()
    json.string(set.text, "set")
    json.beginArray("snapshots")
    for record in records {
      json.beginObject()
      json.number(record.generation.number, "generation")
      json.string(record.digest.description, "sha256")
      json.timestamp(record.at, "updated_at")
      json.number(record.size, "addresses")
      json.string("/v1/sets/\(set)/snapshots/\(record.generation).txt", "url")
      json.endObject()
    }
    json.endArray()
    json.endObject()
    json.endLine()
    return json.bytes
  }

  /// The answer to `POST /v1/sightings`.
  static func sightings(
    _ submission: SightingSubmission, refused: [(name: DomainName, reason: String)]
  ) -> [UInt8] {
    var json = JSONText()
    json.beginObject()
    json.number(submission.names.count - refused.count, "accepted")
    json.number(submission.refused.count + refused.count, "refused")
    json.beginArray("reasons")
    for (text, reason) in submission.refused + refused.map({ ($0.name.text, $0.reason) }) {
      json.beginObject()
      json.string(text, "name")
      json.string(reason, "reason")
      json.endObject()
    }
    json.endArray()
    json.endObject()
    json.endLine()
    return json.bytes
  }

  /// `/readyz` as JSON.
  static func readiness(_ readiness: Readiness) -> [UInt8] {
    var json = JSONText()
    json.beginObject()
    json.boolean(readiness.isReady, "ready")
    json.strings(readiness.faults, "faults")
    json.strings(readiness.warnings, "warnings")
    json.endObject()
    json.endLine()
    return json.bytes
  }

  private static func write(_ published: PublishedSet, to json: inout JSONText) {
    let snapshot = published.snapshot
    json.number(snapshot.generation.number, "generation")
    json.string(snapshot.digest.description, "sha256")
    json.timestamp(snapshot.at, "updated_at")
    json.beginObject("counts")
    json.number(snapshot.count(of: .ipv4), "ipv4")
    json.number(snapshot.count(of: .ipv6), "ipv6")
    json.endObject()
    json.string(published.status.rawValue, "status")
    json.strings(published.heldReasons, "held_reasons")
    json.timestamp(published.checkedAt, "checked_at")
    json.timestamp(published.validUntil, "valid_until")
    if let coverage = published.coverage { coverage.write(to: &json) } else { json.null("coverage") }
  }
}

extension JSONText {
  /// The generation that made a change, and since when it counts.
  fileprivate mutating func step(_ record: GenerationRecord?) {
    optional(record?.generation.number, "generation")
    timestamp(record?.at, "effective")
  }
}
