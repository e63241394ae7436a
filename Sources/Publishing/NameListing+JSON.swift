package import Deciding

import DNS

extension NameListing.Row {
  /// Writes the name as one object, as `/v1/names` and `postern names --json` give it.
  package func write(to json: inout JSONText) {
    json.beginObject()
    json.string(name.text, "name")
    json.strings(sets.map(\.text), "sets")
    json.string(state.word, "state")
    if case .uncovered(let relation) = state { json.string(relation.description, "relation") }
    json.number(addresses, "addresses")
    if let tags { tags.writeFields(to: &json) }
    json.beginArray("questions")
    for question in questions { question.write(to: &json) }
    json.endArray()
    json.beginArray("coverage")
    for part in coverages { part.write(to: &json) }
    json.endArray()
    json.timestamp(due, "next_lookup_at")
    json.timestamp(use?.first, "first_sighted")
    json.timestamp(use?.last, "last_sighted")
    json.number(use?.count ?? 0, "sightings")
    json.beginArray("sources")
    for source in sightings {
      json.beginObject()
      json.string(source.source, "source")
      json.timestamp(source.first, "first_sighted")
      json.timestamp(source.last, "last_sighted")
      json.number(source.count, "sightings")
      json.endObject()
    }
    json.endArray()
    json.endObject()
  }
}

extension NameTags {
  /// Writes what tags say of a name's addresses into the object that is open.
  fileprivate func writeFields(to json: inout JSONText) {
    json.beginArray("tags")
    for count in tags {
      json.beginObject()
      json.string(count.tag.text, "tag")
      json.number(count.addresses, "addresses")
      json.endObject()
    }
    json.endArray()
    json.number(untagged, "addresses_without_tag")
    json.number(shared, "addresses_shared")
    json.number(mostNames, "most_names_of_an_address")
  }
}
