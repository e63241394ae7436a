package import Deciding

extension VantageReport {
  /// Writes the report as one object, as `/v1/vantages` and `postern vantages --json` give it.
  ///
  /// - Parameter at: when it was told.
  package func write(to json: inout JSONText, at: Timestamp) {
    json.beginObject()
    json.string(label, "vantage")
    json.timestamp(at, "at")
    json.string(state, "state")
    json.optional(fault?.rawValue, "set_aside_for")
    json.timestamp(asideSince, "set_aside_since")
    json.timestamp(failingSince, "failing_since")
    json.optional(lastFailure, "last_failure")
    json.timestamp(lastSuccess, "last_success_at")
    json.optional(roundTrip, "round_trip_ms")
    json.number(addresses, "addresses")
    json.number(unique, "unique_addresses")
    if let uniqueShare { json.decimal(uniqueShare, "unique_share") } else { json.null("unique_share") }
    json.beginArray("only_here")
    for divergence in only {
      json.beginObject()
      json.string(divergence.name, "name")
      json.strings(divergence.addresses, "addresses")
      json.endObject()
    }
    json.endArray()
    json.endObject()
  }
}
