package import Deciding

extension BlindSpan {
  /// Writes the span as an object: `since` and `until`, each null where there is no such end.
  package func write(to json: inout JSONText) {
    json.beginObject()
    json.timestamp(since, "since")
    json.timestamp(until, "until")
    json.endObject()
  }
}
