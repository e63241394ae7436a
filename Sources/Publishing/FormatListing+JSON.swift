extension FormatCatalog {
  /// The formats as one JSON object: the body of `GET /v1/formats` and of `postern formats --json`.
  package var json: [UInt8] {
    var json = JSONText(reserving: 16_384)
    json.beginObject()
    json.beginArray("formats")
    for format in all { json.append(format) }
    json.endArray()
    json.endObject()
    json.endLine()
    return json.bytes
  }
}

extension JSONText {
  fileprivate mutating func append(_ format: any Format) {
    beginObject()
    string(format.id, "id")
    string(format.fileExtension, "extension")
    string(format.mediaType, "media_type")
    strings(format.families.map(\.rawValue), "families")
    beginArray("limits")
    for limit in format.limits {
      beginObject()
      string(limit.unit.rawValue, "of")
      number(limit.most, "most")
      string(limit.reason, "reason")
      endObject()
    }
    endArray()
    strings(format.takes.map(\.rawValue).sorted(), "options")
    strings(format.needs.map(\.rawValue).sorted(), "needs")
    strings(format.products, "products")
    endObject()
  }
}
