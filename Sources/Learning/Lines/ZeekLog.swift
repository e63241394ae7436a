import Deciding

/// Reads Zeek's `dns.log` and `ssl.log`, as tab-separated values or as JSON. The columns of the first are told at the top
/// of the file only, in `#fields`, so a reader that begins elsewhere needs `readHeader` first.
struct ZeekLog: Sendable {
  private static let fields = JSONFields("/query", "/rcode_name", "/answers", "/server_name")
  private var values = [JSONValue]()
  private var columns: Columns?

  /// Which column holds what, counted from 0.
  private struct Columns: Sendable {
    var count = 0
    var query: Int?
    var rcode: Int?
    var answers: Int?
    var serverName: Int?
  }

  /// Reads a line without its end.
  mutating func read(_ line: UnsafeBufferPointer<UInt8>, watching names: WatchedNames) -> LineReading {
    if line.first == UInt8(ascii: "{") { return readJSON(line, names) }
    if line.first == UInt8(ascii: "#") {
      readHeader(line)
      return .skip
    }
    guard let columns else { return line.isEmpty ? .skip : .malformed(.noHeader) }
    return readColumns(line, columns, names)
  }

  /// Takes what the lines at the top of a file say of its columns.
  mutating func readHeader(_ line: UnsafeBufferPointer<UInt8>) {
    guard line.has("#fields\t", at: 0) else { return }
    var columns = Columns()
    var start = 8
    while start <= line.count {
      let end = line.first(UInt8(ascii: "\t"), from: start) ?? line.count
      if line.isText("query", start..<end) { columns.query = columns.count }
      if line.isText("rcode_name", start..<end) { columns.rcode = columns.count }
      if line.isText("answers", start..<end) { columns.answers = columns.count }
      if line.isText("server_name", start..<end) { columns.serverName = columns.count }
      columns.count += 1
      start = end + 1
    }
    self.columns = columns
  }

  /// Whether a line is one of these logs', whatever it says.
  static func isItsLine(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
    if line.has("#fields\tts\t", at: 0) || line.has("#separator \\x09", at: 0) { return true }
    guard line.first == UInt8(ascii: "{") else { return isRow(line) }
    var values = [JSONValue]()
    return JSONFields("/id.orig_h", "/uid", "/query", "/server_name", "/cipher", "/qtype").read(
      line, into: &values)
      && values[0].isText && values[1].isText && values[2...].contains(where: \.isPresent)
  }

  /// `TIME<TAB>UID<TAB>ADDRESS<TAB>PORT<TAB>ADDRESS<TAB>PORT<TAB>…`.
  private static func isRow(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let time = line.first(UInt8(ascii: "\t"), from: 0), line.all(0..<time, \.isDecimal),
      let uid = line.first(UInt8(ascii: "\t"), from: time + 1), line.all(time + 1..<uid, \.isLetterOrDigit),
      let host = line.first(UInt8(ascii: "\t"), from: uid + 1)
    else { return false }
    return line.isAddress(uid + 1..<host)
  }

  private mutating func readJSON(_ line: UnsafeBufferPointer<UInt8>, _ names: WatchedNames) -> LineReading {
    guard Self.fields.read(line, into: &values) else { return .malformed(.torn) }
    if values[3].isPresent { return values[3].read(in: line, as: .resolved, watching: names) }
    let code = values[1].responseCode(in: line)
    let evidence = code == .resolved && !values[2].isPresent ? .denied : code
    return values[0].read(in: line, as: evidence, watching: names)
  }

  /// A tab in a value is escaped as `\x09`, so a line with more columns or fewer is none of ours.
  private func readColumns(
    _ line: UnsafeBufferPointer<UInt8>, _ columns: Columns, _ names: WatchedNames
  ) -> LineReading {
    var (query, rcode, answers, server): (Range<Int>?, Range<Int>?, Range<Int>?, Range<Int>?)
    var (start, count) = (0, 0)
    while start <= line.count {
      let end = line.first(UInt8(ascii: "\t"), from: start) ?? line.count
      if count == columns.query { query = start..<end }
      if count == columns.rcode { rcode = start..<end }
      if count == columns.answers { answers = start..<end }
      if count == columns.serverName { server = start..<end }
      count += 1
      start = end + 1
    }
    guard count == columns.count else { return .malformed(.torn) }
    if let server { return line.isText("-", server) ? .skip : names.read(line.part(server), as: .resolved) }
    guard let query, !line.isText("-", query), !line.isText("(empty)", query), !query.isEmpty else {
      return .skip
    }
    let code = rcode.map { LoggedCode.evidence(line.part($0)) } ?? .asked
    let hasAnswers = answers.map { !line.isText("-", $0) } ?? true
    return names.read(line.part(query), as: code == .resolved && !hasAnswers ? .denied : code)
  }
}
