package import Deciding

extension StoredSourceReport {
  /// Writes the report as one object, as `/v1/sources` and `postern sources --json` give it.
  package func write(to json: inout JSONText) {
    json.beginObject()
    json.string(report.label, "source")
    json.string(report.kind, "kind")
    json.timestamp(at, "at")
    json.optional(report.fault, "fault")
    json.number(report.items, "items")
    json.number(report.watched, "watched")
    json.number(report.others, "others")
    json.number(report.dropped, "dropped")
    json.decimal(report.rate, "items_per_second")
    json.timestamp(report.lastItemAt, "last_item_at")
    json.optional(report.offset, "offset")
    json.optional(report.size, "size")
    json.optional(report.behind, "behind")
    json.optional(report.connections, "connections")
    json.beginArray("resolvers")
    for resolver in report.resolvers ?? [] {
      json.beginObject()
      json.optional(resolver.identity, "identity")
      json.string(resolver.address, "address")
      json.number(Int64(resolver.port), "port")
      json.endObject()
    }
    json.endArray()
    json.beginArray("refused")
    for (fault, count) in report.refused.sorted(by: { $0.key < $1.key }) {
      json.beginObject()
      json.string(fault, "fault")
      json.number(count, "items")
      json.endObject()
    }
    json.endArray()
    json.beginArray("samples")
    for sample in report.samples {
      json.beginObject()
      json.string(sample.fault, "fault")
      json.string(sample.text, "text")
      json.endObject()
    }
    json.endArray()
    json.endObject()
  }
}
