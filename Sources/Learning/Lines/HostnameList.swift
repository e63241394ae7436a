/// Reads lists of hostnames: one a line, `#` begins a comment, blank lines don't count.
enum HostnameList {
  /// Reads a line without its end. Unlike in a log, whatever is no hostname is a fault, watched or not: a person or a
  /// program meant it to be one.
  static func read(_ line: UnsafeBufferPointer<UInt8>, watching names: WatchedNames) -> LineReading {
    var text = line[...]
    if let comment = text.firstIndex(of: UInt8(ascii: "#")) { text = text[..<comment] }
    while let first = text.first, isBlank(first) { text.removeFirst() }
    while let last = text.last, isBlank(last) { text.removeLast() }
    guard !text.isEmpty else { return .skip }
    if text.count > 1, text.last == UInt8(ascii: ".") { text.removeLast() }
    let name = UnsafeBufferPointer(rebasing: text)
    if case .wrong(let fault) = WatchedNames.hostname(name) { return .malformed(fault) }
    return names.read(name)
  }

  /// Whether a line is a hostname. A single label is hardly a host's name here, and a comment may be any format's.
  static func isItsLine(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
    guard line.contains(UInt8(ascii: ".")) else { return false }
    let end = line.last == UInt8(ascii: ".") ? line.count - 1 : line.count
    if case .right = WatchedNames.hostname(line.part(0..<end)) { return true }
    return false
  }

  private static func isBlank(_ octet: UInt8) -> Bool {
    octet == UInt8(ascii: " ") || octet == UInt8(ascii: "\t")
  }
}
