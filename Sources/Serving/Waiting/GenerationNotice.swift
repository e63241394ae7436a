package import Deciding

import NIOCore
import Publishing

/// A pointer to a new generation: what push carries. It is never the only copy, so what is lost or comes late does no
/// harm.
package struct GenerationPointer: Hashable, Sendable {
  /// Whose generation it is.
  package let set: SetName
  /// Grows; a receiver passes over what is not newer than what it has.
  package let generation: Generation
  /// Of the addresses, as `/version` tells it.
  package let sha256: String
  /// When it was published.
  package let at: Timestamp

  /// Points at what is published of a set.
  package init(_ snapshot: Snapshot) {
    set = snapshot.set
    generation = snapshot.generation
    sha256 = snapshot.digest.description
    at = snapshot.at
  }

  /// Where the set is, below the service's root.
  package var path: String { "/v1/sets/\(set)" }

  /// One JSON object without a line feed.
  ///
  /// - Parameter root: the service's URL without a final slash; empty when nobody told it.
  package func json(root: String = "") -> [UInt8] {
    var json = JSONText()
    json.beginObject()
    json.string(set.text, "set")
    json.number(generation.number, "generation")
    json.string(sha256, "sha256")
    json.timestamp(at, "updated_at")
    json.string(root + path, "url")
    json.endObject()
    return json.bytes
  }
}

/// A pointer with the bytes that every client of the event stream gets.
struct GenerationNotice: Sendable {
  let pointer: GenerationPointer
  /// One event of WHATWG HTML §9.2.
  let event: ByteBuffer

  init(_ pointer: GenerationPointer) {
    self.pointer = pointer
    var event = ByteBuffer()
    event.writeString("event: generation\nid: \(pointer.generation)\ndata: ")
    event.writeBytes(pointer.json())
    event.writeString("\n\n")
    self.event = event
  }
}
