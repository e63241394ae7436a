package import Deciding

extension StoredEvent {
  /// Writes the event as one object, as `/v1/events` and `postern events --json` give it.
  package func write(to json: inout JSONText) {
    json.beginObject()
    json.number(id, "id")
    event.writeFields(to: &json)
    json.endObject()
  }
}

extension Event {
  /// Writes what an event is, without its number, into an object that is open.
  package func writeFields(to json: inout JSONText) {
    json.timestamp(at, "at")
    json.string(kind.rawValue, "kind")
    json.string(kind.severity.rawValue, "severity")
    json.string(subject, "subject")
    json.string(detail, "detail")
  }
}
