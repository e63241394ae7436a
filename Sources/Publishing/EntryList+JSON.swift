import DNS

extension JSONText {
  /// Adds the widest ranges of the entries to an array, as "first-last", and an address that stands alone as itself.
  mutating func appendRanges(of entries: EntryList) {
    entries.forEachRange { first, last in
      quoted {
        first.address.appendText(to: &$0)
        guard first.address != last.last else { return }
        $0.append(UInt8(ascii: "-"))
        last.last.appendText(to: &$0)
      }
    }
  }
}
