/// What can be told of a message without making a name or a record of it: enough to pass over the many messages that
/// nobody watches. What it points at lives as long as the octets that it was read from.
///
/// As hostile-safe as `MessageReader`, but it checks only what it is asked for: it tells nothing of the authority and
/// additional sections, and takes questions of any class.
package struct MessageOutline {
  /// QR, opcode, TC, RD and the low four bits of the response code.
  package let flags: MessageFlags
  /// The QNAME as it stands on the wire: each label behind its length, without the root's octet. Empty for the root.
  package let name: UnsafeRawBufferPointer
  /// The QTYPE.
  package let type: RecordType
  /// Whether the question is of class IN.
  package let isInternet: Bool
  private let answers: WireCursor
  private let answerCount: Int

  /// Reads the header and the question. Nil for a message without a question, such as some notes of FORMERR.
  ///
  /// - Throws: `WireError` when either can't be read, or there are several questions.
  package init?(_ octets: UnsafeRawBufferPointer) throws(WireError) {
    guard octets.count >= 12 else { throw .noHeader(octets: octets.count) }
    var cursor = WireCursor(octets)
    cursor.offset = 2
    flags = MessageFlags(rawValue: try cursor.uint16())
    let questions = try cursor.uint16()
    answerCount = Int(try cursor.uint16())
    guard questions > 0 else { return nil }
    guard questions == 1 else { throw .severalQuestions(Int(questions)) }
    cursor.offset = 12
    // There is no prior name to point at, so these are plain labels.
    let length = try cursor.skipName().length
    name = UnsafeRawBufferPointer(rebasing: octets[12..<12 + length - 1])
    type = RecordType(rawValue: try cursor.uint16())
    isInternet = try cursor.uint16() == MessageReader.internet
    answers = cursor
  }

  /// Whether the answer section has an A or AAAA record of class IN, wherever the aliases lead.
  ///
  /// - Throws: `WireError` when the section can't be read, unless it was cut (TC).
  package func hasAddress() throws(WireError) -> Bool {
    try walk { head, _ in head.type == .a || head.type == .aaaa }
  }

  /// Whether the first answer is an alias and it or one behind it leads to a name whose hash `isSought` knows: likely
  /// then, not certain.
  ///
  /// - Parameter isSought: gets what `hash(of:)` gives for a target.
  /// - Throws: `WireError` when the section can't be read, unless it was cut (TC).
  package func leads(to isSought: (UInt64) -> Bool) throws(WireError) -> Bool {
    var isFirst = true
    var isAliased = false
    return try walk { head, data in
      if isFirst { isAliased = head.type == .cname }
      isFirst = false
      guard isAliased, head.type == .cname else { return false }
      var data = data
      guard let firstLabel = try? data.skipName().firstLabel else { return false }
      return isSought(Self.hash(data, from: firstLabel))
    }
  }

  /// A hash of a hostname: of its labels in lower case.
  package static func hash(of name: DomainName) -> UInt64 {
    name.text.utf8.reduce(firstHash) { ($0 ^ UInt64($1)) &* hashPrime }
  }

  // FNV-1a, a filter before the comparison of whole names. The text of a hostname has no escapes.
  private static let firstHash: UInt64 = 0xcbf2_9ce4_8422_2325
  private static let hashPrime: UInt64 = 0x0000_0100_0000_01b3

  private static func hash(_ cursor: WireCursor, from firstLabel: Int) -> UInt64 {
    var hash = firstHash
    var isFirst = true
    cursor.forEachLabel(from: firstLabel) { label in
      if !isFirst { hash = (hash ^ UInt64(UInt8(ascii: "."))) &* hashPrime }
      isFirst = false
      for octet in label {
        let isUpper = octet &- UInt8(ascii: "A") < 26
        hash = (hash ^ UInt64(isUpper ? octet | 0x20 : octet)) &* hashPrime
      }
    }
    return hash
  }

  /// Visits the answers of class IN until one is found; the cursor that `isFound` gets stands at the data.
  private func walk(_ isFound: (RecordHead, WireCursor) -> Bool) throws(WireError) -> Bool {
    var cursor = answers
    do {
      for _ in 0..<answerCount {
        _ = try cursor.skipName()
        let head = try RecordHead(&cursor)
        let data = cursor
        try cursor.skip(head.length)
        if head.recordClass == MessageReader.internet, isFound(head, data) { return true }
      }
    } catch {
      guard flags.isTruncated else { throw error }
    }
    return false
  }
}
