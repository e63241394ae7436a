/// Finds what logrotate does to followed files that loses lines, in its configuration. Pure: whoever calls it reads the
/// files, `/etc/logrotate.conf` and `/etc/logrotate.d/*`.
package enum LogrotateAdvice {
  /// The followed paths that a configuration rotates with `copytruncate`: what is written between the copy and the
  /// truncation is lost, whoever reads it.
  ///
  /// - Parameter text: one file of logrotate's configuration (logrotate(8)): paths and patterns, maybe quoted, and behind
  ///   them their settings in braces. A setting outside of braces holds for what comes after it.
  package static func copiedAndTruncated(_ text: String, followed: some Sequence<String>) -> [String] {
    let followed = Array(followed)
    var found = Set<String>()
    var isDefault = false
    var (patterns, isInside, setting) = ([String](), false, false)
    for line in text.split(whereSeparator: \.isNewline) {
      let words = Self.words(String(line))
      guard let first = words.first else { continue }
      if isInside {
        if first == "copytruncate" { setting = true }
        if first == "nocopytruncate" { setting = false }
        guard words.contains("}") else { continue }
        if setting {
          for path in followed where patterns.contains(where: { matches(path, $0) }) { found.insert(path) }
        }
        (patterns, isInside) = ([], false)
        continue
      }
      if first == "copytruncate" { isDefault = true }
      if first == "nocopytruncate" { isDefault = false }
      // Paths may stand on several lines before their brace.
      guard first.hasPrefix("/") || first == "{" || !patterns.isEmpty else { continue }
      patterns += words.filter { $0.hasPrefix("/") }
      if words.contains("{") {
        (isInside, setting) = (true, isDefault)
        // `/path { copytruncate }`, which logrotate takes though its manual doesn't show it.
        if words.contains("copytruncate") { setting = true }
        guard words.contains("}") else { continue }
        if setting {
          for path in followed where patterns.contains(where: { matches(path, $0) }) { found.insert(path) }
        }
        (patterns, isInside) = ([], false)
      }
    }
    return found.sorted()
  }

  /// The words of a line without its comment; quotation marks hold a path with blanks together, and braces stand alone.
  private static func words(_ line: String) -> [String] {
    var (words, word) = ([String](), "")
    var quote: Character?
    func end() {
      if !word.isEmpty { words.append(word) }
      word = ""
    }
    for character in line {
      if let open = quote {
        if character == open { quote = nil } else { word.append(character) }
        continue
      }
      switch character {
      case "\"", "'": quote = character
      case "#" where word.isEmpty:
        end()
        return words
      // A brace within a path, `/var/log/{a,b}.log`, belongs to it.
      case "{" where word.isEmpty, "}" where word.isEmpty: words.append(String(character))
      case _ where character.isWhitespace: end()
      default: word.append(character)
      }
    }
    end()
    return words
  }

  /// glob(7): `*` and `?` within a path's part, and `[…]`; braces as alternatives.
  static func matches(_ path: String, _ pattern: String) -> Bool {
    alternatives(pattern).contains { matches(Array(path.utf8)[...], Array($0.utf8)[...]) }
  }

  /// The patterns that the first braces stand for, one level of them.
  private static func alternatives(_ pattern: String) -> [String] {
    guard let open = pattern.firstIndex(of: "{"), let close = pattern[open...].firstIndex(of: "}") else {
      return [pattern]
    }
    let (head, tail) = (pattern[..<open], pattern[pattern.index(after: close)...])
    return pattern[pattern.index(after: open)..<close].split(separator: ",", omittingEmptySubsequences: false)
      .prefix(64).map { "\(head)\($0)\(tail)" }
  }

  private static func matches(_ path: ArraySlice<UInt8>, _ pattern: ArraySlice<UInt8>) -> Bool {
    // The last star, and where what it stands for ends: only the last one needs to be tried again.
    var (path, pattern) = (path, pattern)
    var star: (pattern: ArraySlice<UInt8>, path: ArraySlice<UInt8>)?
    while true {
      if pattern.first == UInt8(ascii: "*") {
        pattern = pattern.dropFirst()
        star = (pattern, path)
      } else if let octet = path.first, let rest = afterMatch(pattern, octet) {
        pattern = rest
        path = path.dropFirst()
      } else if path.isEmpty, pattern.isEmpty {
        return true
      } else if let last = star, let octet = last.path.first, octet != UInt8(ascii: "/") {
        star = (last.pattern, last.path.dropFirst())
        (pattern, path) = (last.pattern, last.path.dropFirst())
      } else {
        return false
      }
    }
  }

  /// The rest of the pattern behind what stands for this octet; nil when it doesn't.
  private static func afterMatch(_ pattern: ArraySlice<UInt8>, _ octet: UInt8) -> ArraySlice<UInt8>? {
    switch pattern.first {
    case UInt8(ascii: "?"): return octet == UInt8(ascii: "/") ? nil : pattern.dropFirst()
    case UInt8(ascii: "["):
      guard let close = pattern.dropFirst(2).firstIndex(of: UInt8(ascii: "]")) else { fallthrough }
      var members = pattern[(pattern.startIndex + 1)..<close]
      let isNegated = members.first == UInt8(ascii: "!") || members.first == UInt8(ascii: "^")
      if isNegated { members = members.dropFirst() }
      var isMember = false
      while let low = members.popFirst() {
        if members.first == UInt8(ascii: "-"), let high = members.dropFirst().first {
          members = members.dropFirst(2)
          if low <= octet && octet <= high { isMember = true }
        } else if low == octet {
          isMember = true
        }
      }
      return isMember != isNegated ? pattern[(close + 1)...] : nil
    default: return pattern.first == octet ? pattern.dropFirst() : nil
    }
  }
}
