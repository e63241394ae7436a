package import Deciding

extension WatchedNames {
  /// Reads a name as it stands in a DNS message, each label behind its length and without the root, as
  /// `MessageOutline.name` gives it. No string is made of an unwatched name.
  ///
  /// A label with an octet that no hostname has, an inner dot too, makes the name malformed if it ends like a watched
  /// one: what looks like two labels in a text is one here, and never becomes a name.
  package func read(wire name: UnsafeRawBufferPointer, as evidence: NameEvidence = .asked) -> LineReading {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.longestText) { text in
      var count = 0
      var isHostname = true
      var next = 0
      while next < name.count {
        let end = next + 1 + Int(name[next])
        guard end <= name.count, count + end - next <= Self.longestText else {
          return .malformed(.nameTooLong)
        }
        guard end > next + 1 else { return .malformed(.emptyLabel) }
        if count > 0 {
          text[count] = UInt8(ascii: ".")
          count += 1
        }
        for index in next + 1..<end {
          let octet = name[index]
          text[count] = octet
          count += 1
          if !Self.isHostnameOctet(octet) { isHostname = false }
        }
        next = end
      }
      let printed = UnsafeBufferPointer(rebasing: text[..<count])
      if isHostname { return read(printed, as: evidence) }
      return looksWatched(printed) ? .malformed(.notHostname) : .unwatched
    }
  }

  /// Longer than any name without its root.
  private static let longestText = 256

  /// A letter, a digit or a hyphen. Two words instead of a table: this runs for each octet of each name.
  private static func isHostnameOctet(_ octet: UInt8) -> Bool {
    let bits: UInt64 = octet < 64 ? 0x03ff_2000_0000_0000 : octet < 128 ? 0x07ff_fffe_07ff_fffe : 0
    return bits >> UInt64(octet & 63) & 1 != 0
  }
}
