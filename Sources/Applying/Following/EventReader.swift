/// Reads server-sent events (HTML Living Standard, 9.2.6) from pieces as they come.
package struct EventReader: Sendable {
  /// One event.
  package struct Event: Hashable, Sendable {
    /// `message` when the server named none.
    package var name = "message"
    /// The lines of data, joined by line feeds.
    package var data = ""
    /// The last identifier that the server gave, in this event or before.
    package var id = ""
  }

  /// A line that is longer makes the stream unusable: ours have some hundred octets.
  private static let longest = 65_536

  private var line = [UInt8]()
  private var afterReturn = false
  private var name = ""
  private var data: [String] = []
  private var id = ""
  private var size = 0

  /// Begins at the start of a stream.
  package init() {}

  /// Takes a piece.
  ///
  /// - Returns: the events that it completed.
  /// - Throws: `FollowFault.tooLarge` for an event without end.
  package mutating func read(_ piece: some Sequence<UInt8>) throws(FollowFault) -> [Event] {
    var events = [Event]()
    for octet in piece {
      // A line ends with CR, LF or both.
      if octet == 0x0a, afterReturn {
        afterReturn = false
        continue
      }
      afterReturn = octet == 0x0d
      if octet == 0x0a || octet == 0x0d {
        if let event = endLine() { events.append(event) }
      } else {
        line.append(octet)
        size += 1
        guard size <= Self.longest else { throw .tooLarge(path: "/events") }
      }
    }
    return events
  }

  private mutating func endLine() -> Event? {
    defer { line.removeAll(keepingCapacity: true) }
    guard !line.isEmpty else {
      defer { (name, data, size) = ("", [], 0) }
      guard !data.isEmpty else { return nil }
      return Event(name: name.isEmpty ? "message" : name, data: data.joined(separator: "\n"), id: id)
    }
    let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
    var value = line[colon...].dropFirst()
    if value.first == 0x20 { value = value.dropFirst() }
    let text = String(decoding: value, as: UTF8.self)
    switch String(decoding: line[..<colon], as: UTF8.self) {
    case "": size -= line.count  // a comment keeps the connection alive, and nothing of it is kept
    case "event": name = text
    case "data": data.append(text)
    case "id": id = text
    default: break
    }
    return nil
  }
}
