/// How Postern's own questions spell a name, so that the log or tap of a resolver that it asks doesn't show them as a
/// client's: which letters are upper case depends on the name alone. DNS ignores case and resolvers repeat it, as in
/// draft-vixie-dnsext-dns0x20; nothing depends on it being secret.
package enum QueryMark {
  /// A name with fewer letters is not marked: too many clients would spell it so by chance.
  package static let fewestLetters = 8

  /// The bits for `MessageWriter.writeQuery`; 0 for a name that is not marked.
  package static func caseBits(of name: DomainName) -> UInt64 {
    let (hash, letters) = hash(name.text.utf8)
    return letters >= fewestLetters ? hash : 0
  }

  /// Whether a name is spelled as we do. A client that mixes cases hits the same spelling once in 2ⁿ for n letters.
  package static func isOurs(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    // Nearly all names come in lower case, which ours never are.
    guard text.contains(where: { (0x41...0x5a).contains($0) }) else { return false }
    let (bits, letters) = hash(text)
    guard letters >= fewestLetters else { return false }
    var left = bits
    for octet in text where isLetter(octet) {
      guard (octet & 0x20 == 0) == (left & 1 == 1) else { return false }
      left = left >> 1 | left << 63
    }
    return true
  }

  /// FNV-1a over the letters and digits in lower case; with its lowest bit set, so that the first letter is upper case.
  private static func hash(_ text: some Sequence<UInt8>) -> (hash: UInt64, letters: Int) {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    var letters = 0
    for octet in text {
      let lower = isLetter(octet) ? octet | 0x20 : octet
      if isLetter(octet) { letters += 1 }
      hash = (hash ^ UInt64(lower)) &* 0x0000_0100_0000_01b3
    }
    // The lowest bits of FNV-1a are its worst.
    return ((hash ^ hash >> 32) | 1, letters)
  }

  private static func isLetter(_ octet: UInt8) -> Bool { (0x61...0x7a).contains(octet | 0x20) }
}
