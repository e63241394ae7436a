import Glibc

/// Takes a few values out of a line of JSON by their place (JSON pointer, RFC 6901), in one pass and without making
/// anything of the rest. What is passed over is only followed as far as its end is to be found: strings, and brackets in
/// pairs.
struct JSONFields: Sendable {
  /// How deep a line may be nested.
  private static let deepest = 64
  /// How many places may be asked for.
  private static let most = 8

  /// One step of a place: a key, or the number of an element.
  private struct Step: Sendable {
    let keyStart: Int
    let keyCount: Int
    let element: Int?
  }

  /// All keys, one behind the other, so that a comparison touches no reference count.
  private let keys: [UInt8]
  private let steps: [Step]
  /// The steps of each place, as a range of `steps`.
  private let places: [Range<Int>]

  init(_ pointers: String...) { self.init(pointers: pointers) }

  init(pointers: [String]) {
    precondition(pointers.count <= Self.most)
    var (keys, steps, places) = ([UInt8](), [Step](), [Range<Int>]())
    for pointer in pointers {
      let first = steps.count
      for word in pointer.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
        let key = Array(Self.unescaped(word).utf8)
        // An element's number has no sign and no zeros before it.
        let element = String(Int(word) ?? -1) == word ? Int(word) : nil
        steps.append(Step(keyStart: keys.count, keyCount: key.count, element: element))
        keys += key
      }
      places.append(first..<steps.count)
    }
    (self.keys, self.steps, self.places) = (keys, steps, places)
  }

  private static func unescaped(_ word: Substring) -> String {
    var (text, isTilde) = ("", false)
    for character in word {
      if isTilde {
        text += character == "0" ? "~" : character == "1" ? "/" : "~\(character)"
      } else if character != "~" {
        text.append(character)
      }
      isTilde = !isTilde && character == "~"
    }
    return text
  }

  /// Finds the values, in the order of the places. False when the line is no whole object.
  func read(_ line: UnsafeBufferPointer<UInt8>, into values: inout [JSONValue]) -> Bool {
    if values.count != places.count {
      values = Array(repeating: .absent, count: places.count)
    } else {
      for index in values.indices { values[index] = .absent }
    }
    var walk = Walk(line: line)
    guard walk.take(UInt8(ascii: "{")) else { return false }
    guard readObject(&walk, among: UInt8(truncatingIfNeeded: (1 << places.count) - 1), depth: 0, &values)
    else {
      return false
    }
    walk.skipBlanks()
    return walk.index == line.count
  }

  /// Reads on behind `{`. `among` are the places whose steps led here.
  private func readObject(_ walk: inout Walk, among: UInt8, depth: Int, _ values: inout [JSONValue]) -> Bool {
    if walk.take(UInt8(ascii: "}")) { return true }
    repeat {
      guard walk.take(UInt8(ascii: "\"")), let key = walk.string(), walk.take(UInt8(ascii: ":")) else {
        return false
      }
      let matching = self.matching(key, in: walk.line, among: among, depth: depth)
      guard readValue(&walk, among: matching, depth: depth, &values) else { return false }
    } while walk.take(UInt8(ascii: ","))
    return walk.take(UInt8(ascii: "}"))
  }

  /// Reads on behind `[`.
  private func readArray(_ walk: inout Walk, among: UInt8, depth: Int, _ values: inout [JSONValue]) -> Bool {
    if walk.take(UInt8(ascii: "]")) { return true }
    var number = 0
    repeat {
      var matching: UInt8 = 0
      for place in places.indices where among & 1 << UInt8(place) != 0 {
        if steps[places[place].lowerBound + depth].element == number { matching |= 1 << UInt8(place) }
      }
      guard readValue(&walk, among: matching, depth: depth, &values) else { return false }
      number += 1
    } while walk.take(UInt8(ascii: ","))
    return walk.take(UInt8(ascii: "]"))
  }

  private func readValue(_ walk: inout Walk, among: UInt8, depth: Int, _ values: inout [JSONValue]) -> Bool {
    guard among != 0 else { return walk.skipValue(deepest: Self.deepest - depth) != nil }
    var deeper: UInt8 = 0
    var isWanted = false
    for place in places.indices where among & 1 << UInt8(place) != 0 {
      if places[place].count > depth + 1 { deeper |= 1 << UInt8(place) } else { isWanted = true }
    }
    let found: JSONValue
    walk.skipBlanks()
    let start = walk.index
    if deeper != 0, walk.take(UInt8(ascii: "{")) {
      guard readObject(&walk, among: deeper, depth: depth + 1, &values) else { return false }
      found = JSONValue(kind: .container, range: start..<walk.index)
    } else if deeper != 0, walk.take(UInt8(ascii: "[")) {
      guard readArray(&walk, among: deeper, depth: depth + 1, &values) else { return false }
      found = JSONValue(kind: .container, range: start..<walk.index)
    } else {
      guard let skipped = walk.skipValue(deepest: Self.deepest - depth) else { return false }
      found = skipped
    }
    guard isWanted else { return true }
    for place in places.indices where among & 1 << UInt8(place) != 0 && places[place].count == depth + 1 {
      values[place] = values[place].isPresent ? JSONValue(kind: .twice) : found
    }
    return true
  }

  /// The places among `among` whose step at `depth` is this key.
  private func matching(_ key: JSONValue, in line: UnsafeBufferPointer<UInt8>, among: UInt8, depth: Int)
    -> UInt8
  {
    if key.isEscaped {
      return key.withText(in: line) { matching($0, among: among, depth: depth) }
    }
    return matching(line.part(key.range), among: among, depth: depth)
  }

  private func matching(_ key: UnsafeBufferPointer<UInt8>, among: UInt8, depth: Int) -> UInt8 {
    var matching: UInt8 = 0
    for place in places.indices where among & 1 << UInt8(place) != 0 {
      let step = steps[places[place].lowerBound + depth]
      guard step.keyCount == key.count else { continue }
      let isKey = keys.withUnsafeBufferPointer { keys in
        guard let left = key.baseAddress, let right = keys.baseAddress else { return key.isEmpty }
        return memcmp(left, right + step.keyStart, key.count) == 0
      }
      if isKey { matching |= 1 << UInt8(place) }
    }
    return matching
  }
}

extension JSONFields {
  /// A place in a line, and the steps from value to value.
  private struct Walk {
    let line: UnsafeBufferPointer<UInt8>
    var index = 0

    init(line: UnsafeBufferPointer<UInt8>) { self.line = line }

    mutating func skipBlanks() {
      while index < line.count, line[index] == UInt8(ascii: " ") || line[index] == UInt8(ascii: "\t") {
        index += 1
      }
    }

    /// Takes blanks and this octet, if it is there.
    mutating func take(_ octet: UInt8) -> Bool {
      skipBlanks()
      guard index < line.count, line[index] == octet else { return false }
      index += 1
      return true
    }

    /// Reads on behind a quotation mark, to the one that closes the string; nil when there is none.
    mutating func string() -> JSONValue? {
      let start = index
      var isEscaped = false
      while true {
        index = line.firstStringMark(from: index)
        guard index < line.count else { return nil }
        switch line[index] {
        case UInt8(ascii: "\""):
          index += 1
          return JSONValue(kind: .string, range: start..<index - 1, isEscaped: isEscaped)
        case UInt8(ascii: "\\"):
          isEscaped = true
          index += 2
        default:
          return nil  // RFC 8259 §7: control characters are escaped.
        }
      }
    }

    /// Passes over one value; nil when there is none, or no end of it.
    mutating func skipValue(deepest: Int) -> JSONValue? {
      skipBlanks()
      guard index < line.count else { return nil }
      let start = index
      switch line[index] {
      case UInt8(ascii: "\""):
        index += 1
        return string()
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        guard skipContainer(deepest: deepest) else { return nil }
        return JSONValue(kind: .container, range: start..<index)
      default:
        while index < line.count, line[index].isWordOctet { index += 1 }
        return index > start ? JSONValue(kind: .word, range: start..<index) : nil
      }
    }

    private mutating func skipContainer(deepest: Int) -> Bool {
      // One bit for each open bracket, 1 for an object.
      var (open, depth): (UInt64, Int) = (0, 0)
      while index < line.count {
        let octet = line[index]
        index += 1
        switch octet {
        case UInt8(ascii: "\""):
          guard string() != nil else { return false }
        case UInt8(ascii: "{"), UInt8(ascii: "["):
          guard depth < deepest else { return false }
          open = open << 1 | (octet == UInt8(ascii: "{") ? 1 : 0)
          depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
          guard open & 1 == (octet == UInt8(ascii: "}") ? 1 : 0) else { return false }
          open >>= 1
          depth -= 1
          if depth == 0 { return true }
        default: break
        }
      }
      return false
    }
  }
}

extension UnsafeBufferPointer<UInt8> {
  /// Where the first octet stands at or after `start` that isn't simply part of a JSON string: a quotation mark, a
  /// backslash, a control character; the end if there is none. Eight octets are looked at together: a borrow runs only
  /// to the octets above one that is meant, so that the lowest mark is always true.
  fileprivate func firstStringMark(from start: Int) -> Int {
    let (ones, tops): (UInt64, UInt64) = (0x0101_0101_0101_0101, 0x8080_8080_8080_8080)
    var index = start
    if let base = baseAddress {
      while index + 8 <= count {
        let octets = UInt64(littleEndian: UnsafeRawPointer(base + index).loadUnaligned(as: UInt64.self))
        let quotes = octets ^ ones &* UInt64(UInt8(ascii: "\""))
        let backslashes = octets ^ ones &* UInt64(UInt8(ascii: "\\"))
        let marks =
          ((quotes &- ones) & ~quotes) | ((backslashes &- ones) & ~backslashes)
          | ((octets &- ones &* 0x20) & ~octets)
        if marks & tops != 0 { return index + (marks & tops).trailingZeroBitCount / 8 }
        index += 8
      }
    }
    while index < count {
      let octet = self[index]
      if octet == UInt8(ascii: "\"") || octet == UInt8(ascii: "\\") || octet < 0x20 { break }
      index += 1
    }
    return Swift.min(index, count)
  }
}

extension UInt8 {
  /// What numbers, `true`, `false` and `null` are made of.
  fileprivate var isWordOctet: Bool {
    isLetterOrDigit || self == UInt8(ascii: ".") || self == UInt8(ascii: "-") || self == UInt8(ascii: "+")
  }
}
