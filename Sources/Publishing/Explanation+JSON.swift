package import Deciding

import DNS

extension Explanation {
  /// The explanation as one JSON object with a final line feed, as `/v1/explain` and `postern explain --json` give it.
  ///
  /// - Parameter annotation: what service tags say of the address; nil when nobody looked.
  package func json(_ annotation: AddressAnnotation? = nil) -> [UInt8] {
    var json = JSONText(reserving: 2048)
    json.beginObject()
    json.string(address.description, "ip")
    json.timestamp(at, "at")
    json.string(summary, "summary")
    json.boolean(!current.isEmpty, "member")
    json.beginArray("blind")
    blind?.write(to: &json)
    json.endArray()
    json.timestamp(horizon, "horizon")
    json.beginArray("memberships")
    for membership in memberships { Self.write(membership, to: &json) }
    json.endArray()
    json.beginArray("sources")
    for source in sources { Self.write(source, to: &json) }
    json.endArray()
    json.beginArray("rejections")
    for rejection in rejections { Self.write(rejection, to: &json) }
    json.endArray()
    json.beginArray("exclusions")
    for exclusion in exclusions { Self.write(exclusion, to: &json) }
    json.endArray()
    json.beginArray("failing")
    for question in failing { question.write(to: &json) }
    json.endArray()
    if let annotation { json.annotation(annotation) }
    json.endObject()
    json.endLine()
    return json.bytes
  }

  private static func write(_ membership: Membership, to json: inout JSONText) {
    json.beginObject()
    json.string(membership.set.text, "set")
    json.timestamp(membership.entered.at, "since")
    json.number(membership.entered.generation.number, "since_generation")
    json.boolean(membership.orBefore, "or_before")
    json.timestamp(membership.left?.at, "until")
    if let left = membership.left {
      json.number(left.generation.number, "until_generation")
    } else {
      json.null("until_generation")
    }
    json.endObject()
  }

  private static func write(_ source: Source, to json: inout JSONText) {
    json.beginObject()
    json.string(source.name.text, "name")
    json.beginArray("chain")
    for link in source.chain {
      json.beginObject()
      json.string(link.owner.text, "owner")
      json.string(link.target.text, "target")
      json.endObject()
    }
    json.endArray()
    source.interval.writeFields(to: &json)
    json.endObject()
  }

  private static func write(_ exclusion: StandingExclusion, to json: inout JSONText) {
    json.beginObject()
    json.string(exclusion.set.text, "set")
    json.string(exclusion.exclusion.prefix.description, "prefix")
    json.string(exclusion.exclusion.reason, "reason")
    json.timestamp(exclusion.since, "since")
    json.string(exclusion.by, "by")
    json.endObject()
  }

  private static func write(_ rejection: Rejection, to json: inout JSONText) {
    json.beginObject()
    json.string(rejection.key.name.text, "name")
    json.string(rejection.key.owner.text, "owner")
    json.string(rejection.key.vantage.label, "vantage")
    json.string(rejection.reason.rawValue, "reason")
    json.timestamp(rejection.at, "at")
    json.endObject()
  }
}

extension ObservedInterval {
  /// Writes the fields of an observation into the object that is open: owner, type, data, vantage, times and counts.
  package func writeFields(to json: inout JSONText) {
    json.string(observation.key.owner.text, "owner")
    json.string(observation.key.type.description, "type")
    json.string(observation.key.data.description, "data")
    json.string(observation.key.vantage.label, "vantage")
    json.timestamp(observation.firstSeen, "first_seen")
    json.timestamp(observation.lastSeen, "last_seen")
    json.timestamp(until, "until")
    json.number(observation.count, "count")
    json.number(observation.ttl.seconds, "ttl")
  }
}

extension QuestionStatus {
  /// Writes how a question stands as an object.
  package func write(to json: inout JSONText) {
    json.beginObject()
    json.string(question.name.text, "name")
    json.string(question.type.description, "type")
    json.string(vantage.label, "vantage")
    json.string(outcome.description, "outcome")
    json.timestamp(askedAt, "asked_at")
    json.timestamp(succeededAt, "succeeded_at")
    json.timestamp(due, "next_lookup_at")
    json.endObject()
  }
}
