import Deciding

/// Reads dnsmasq's query log as `log-queries`, `log-queries=extra` and `log-queries=proto` write it, into its own file
/// or through syslog (`log_query` in dnsmasq's `cache.c`); Pi-hole's is the same.
///
/// `query[TYPE] NAME from CLIENT` lines say that NAME was asked; `reply NAME is …`, `cached …` and `config …` what came
/// of it. NAME is the one part that a client chooses, and dnsmasq prints a space in it as it is, so each line is read
/// strictly from both ends: the header and the kind, and ` from CLIENT` or ` is ANSWER` at the end. Whatever a client
/// puts into a name stays inside NAME, where a space is a fault.
struct DnsmasqQueryLog: Sendable {
  /// The name of the answer lines just read: an answer with four addresses has four lines, and is one use.
  private var answered: UInt64?

  /// Reads a line without its end.
  mutating func read(_ line: UnsafeBufferPointer<UInt8>, watching names: WatchedNames) -> LineReading {
    guard let message = Self.message(in: line) else { return .skip }
    let start = Self.afterQueryPrefix(line, message)
    if line.has("query[", at: start) {
      answered = nil
      return Self.readQuery(line, start + 6, names)
    }
    guard let nameStart = Self.afterAnswerKind(line, start) else { return .skip }
    guard let answer = Self.answer(line, from: nameStart) else { return .malformed(.torn) }
    let name = line.part(nameStart..<answer.nameEnd)
    let reading = names.read(name, as: answer.evidence)
    guard case .name = reading else { return reading }
    let hash = WatchedNames.hash(name)
    guard answered != hash else { return .skip }
    answered = hash
    return reading
  }

  /// Whether a line is one of dnsmasq's, whatever it says.
  static func isItsLine(_ line: UnsafeBufferPointer<UInt8>) -> Bool { message(in: line) != nil }

  private static func message(in line: UnsafeBufferPointer<UInt8>) -> Int? {
    LogHeader.message(in: line, of: "dnsmasq") ?? LogHeader.message(in: line, of: "pihole-FTL")
  }

  private static func readQuery(
    _ line: UnsafeBufferPointer<UInt8>, _ start: Int, _ names: WatchedNames
  ) -> LineReading {
    var rest = start
    while rest < line.count, line[rest] != UInt8(ascii: "]"), line[rest] != UInt8(ascii: " ") { rest += 1 }
    guard line.has("] ", at: rest), line.isType(start..<rest) else { return .malformed(.torn) }
    rest += 2
    guard let end = queryNameEnd(line, from: rest) else { return .malformed(.torn) }
    return names.read(line.part(rest..<end))
  }

  /// Skips the `SERIAL CLIENT/PORT ` of `log-queries=extra`, if it is there.
  private static func afterQueryPrefix(_ line: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int {
    var index = start
    while index < line.count, line[index].isDigit { index += 1 }
    guard index > start, index < line.count, line[index] == UInt8(ascii: " ") else { return start }
    let space = line.wordEnd(index + 1)
    guard space < line.count, line[(index + 1)..<space].contains(UInt8(ascii: "/")) else { return start }
    return space + 1
  }

  /// Where a name ends: before the last ` from CLIENT`, which must close the line.
  private static func queryNameEnd(_ line: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
    let client = line.wordStart(before: line.count, notBefore: start)
    guard line.isAddress(client..<line.count), client - 6 > start, line.has(" from ", at: client - 6) else {
      return nil
    }
    return client - 6
  }

  /// Where the name of a line about an answer begins.
  private static func afterAnswerKind(_ line: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int? {
    if line.has("reply ", at: start) { return start + 6 }
    if line.has("cached ", at: start) { return start + 7 }
    if line.has("config ", at: start) { return start + 7 }
    if line.has("cached-stale ", at: start) { return start + 13 }
    if line.has("auth ", at: start) { return start + 5 }
    return nil
  }

  /// Where a name ends and what the rest says: before the last ` is ANSWER`, which must close the line but for a note
  /// such as `(EDE: filtered)` or `(DNSSEC signed)`.
  private static func answer(
    _ line: UnsafeBufferPointer<UInt8>, from start: Int
  ) -> (nameEnd: Int, evidence: NameEvidence)? {
    var end = line.count
    if end > start, line[end - 1] == UInt8(ascii: ")"), let note = line.last(" (", before: end), note > start,
      line.has(" (EDE: ", at: note) || line.has(" (DNSSEC signed)", at: note)
    {
      end = note
    }
    let word = line.wordStart(before: end, notBefore: start)
    guard word < end, word - 4 > start, line.has(" is ", at: word - 4) else { return nil }
    // `NODATA`, `NODATA-IPv6`: the name is there, and has no such address.
    let isDenied = line.isText("NXDOMAIN", word..<end) || line.has("NODATA", at: word)
    return (word - 4, isDenied ? .denied : .resolved)
  }
}
