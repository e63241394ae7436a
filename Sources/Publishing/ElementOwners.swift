import DNS
package import Deciding

/// Whose the addresses of one entry are, and who else answers there.
struct ElementOwners {
  /// The service tags that hold any of them, the longest prefix first, each once.
  let tags: [String]
  /// Who shares any of them, each once.
  let sharers: [String]

  init(_ elements: ArraySlice<SetElement>, by book: TagBook) {
    var (seen, sharing) = (Set<TagName>(), Set<String>())
    tags = elements.flatMap { book.matches(of: $0.address) }.map(\.tag).filter { seen.insert($0).inserted }
      .map(\.text)
    sharers = elements.flatMap { book.sharers(of: $0.address) }.filter { sharing.insert($0).inserted }
  }
}

extension JSONText {
  /// Writes the tags of an entry and who shares it, inside its object.
  mutating func owners(of elements: ArraySlice<SetElement>, by book: TagBook) {
    let owners = ElementOwners(elements, by: book)
    strings(owners.tags, "tags")
    strings(owners.sharers, "shared_with")
  }

  /// Writes what service tags say of an address, inside an object.
  package mutating func annotation(_ annotation: AddressAnnotation) {
    beginArray("tags")
    for match in annotation.matches {
      beginObject()
      string(match.tag.text, "tag")
      string(match.cloud.rawValue, "cloud")
      string(match.prefix.description, "prefix")
      if let edition = annotation.editions[match.cloud] {
        number(edition.change, "change")
        timestamp(edition.importedAt, "imported_at")
      }
      endObject()
    }
    endArray()
    strings(annotation.sharers, "shared_with")
    number(annotation.names, "names")
    beginArray("tag_verdicts")
    for entry in annotation.verdicts {
      beginObject()
      string(entry.set.text, "set")
      string(entry.verdict.word, "verdict")
      endObject()
    }
    endArray()
  }
}
