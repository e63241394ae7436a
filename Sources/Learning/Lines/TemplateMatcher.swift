import Deciding
import Glibc

/// Reads lines as a `LineTemplate` says.
struct TemplateMatcher: Sendable {
  private let template: LineTemplate
  private let fields: JSONFields?
  private let before: [LineTemplate.Part]
  private let behind: [LineTemplate.Part]
  private var values = [JSONValue]()

  init(_ template: LineTemplate) {
    self.template = template
    switch template.form {
    case .pointer(let pointer):
      fields = JSONFields(pointer)
      (before, behind) = ([], [])
    case .text(let before, let behind):
      fields = nil
      (self.before, self.behind) = (before, behind)
    }
  }

  /// Reads a line without its end.
  mutating func read(_ line: UnsafeBufferPointer<UInt8>, watching names: WatchedNames) -> LineReading {
    if line.isEmpty { return .skip }
    if !template.requiredOctets.isEmpty, line.first(template.requiredOctets, from: 0) == nil { return .skip }
    if let fields {
      guard fields.read(line, into: &values) else { return .malformed(.torn) }
      guard !values[0].isText("-", in: line) else { return .skip }
      return values[0].read(in: line, as: template.evidence, watching: names)
    }
    guard let start = Self.forward(before[...], in: line, from: 0), let end = nameEnd(in: line, from: start)
    else {
      return .malformed(.otherShape)
    }
    let name = line.part(start..<end)
    return name.isEmpty || name.isText("-", 0..<name.count) ? .skip : names.read(name, as: template.evidence)
  }

  private func nameEnd(in line: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
    guard let rest = behind.firstIndex(of: .rest) else {
      return Self.backward(behind[...], in: line, from: line.count, notBefore: start)
    }
    guard
      let tail = Self.backward(behind[(rest + 1)...], in: line, from: line.count, notBefore: start),
      let end = Self.begin(of: Self.fixed(behind[...]), in: line, from: start),
      let head = Self.forward(behind[..<rest], in: line, from: end), head <= tail
    else { return nil }
    return end
  }

  /// Where the parts end that begin at `start`.
  private static func forward(
    _ parts: ArraySlice<LineTemplate.Part>, in line: UnsafeBufferPointer<UInt8>, from start: Int
  ) -> Int? {
    var index = start
    for number in parts.indices {
      switch parts[number] {
      case .literal(let octets):
        guard line.has(octets, at: index) else { return nil }
        index += octets.count
      case .blanks:
        guard index < line.count, line[index].isBlank else { return nil }
        while index < line.count, line[index].isBlank { index += 1 }
      case .field:
        guard let end = begin(of: fixed(parts[(number + 1)...]), in: line, from: index + 1),
          line.all(index..<end, { !$0.isBlank })
        else { return nil }
        index = end
      case .rest:
        guard let end = begin(of: fixed(parts[(number + 1)...]), in: line, from: index) else { return nil }
        index = end
      }
    }
    return index
  }

  /// Where the parts begin that end at `end`. There is no `.rest` among them.
  private static func backward(
    _ parts: ArraySlice<LineTemplate.Part>, in line: UnsafeBufferPointer<UInt8>, from end: Int,
    notBefore start: Int
  ) -> Int? {
    var index = end
    for number in parts.indices.reversed() {
      switch parts[number] {
      case .literal(let octets):
        index -= octets.count
        guard index >= start, line.has(octets, at: index) else { return nil }
      case .blanks:
        guard index > start, line[index - 1].isBlank else { return nil }
        while index > start, line[index - 1].isBlank { index -= 1 }
      case .field, .rest:
        let before = parts[..<number]
        let text = before.suffix(from: before.lastIndex { !$0.isFixed }.map { $0 + 1 } ?? before.startIndex)
        guard let begin = self.end(of: text, in: line, before: index - 1, notBefore: start),
          line.all(begin..<index, { !$0.isBlank })
        else { return nil }
        index = begin
      }
    }
    return index
  }

  /// The parts up to the next placeholder.
  private static func fixed(_ parts: ArraySlice<LineTemplate.Part>) -> ArraySlice<LineTemplate.Part> {
    parts.prefix { $0.isFixed }
  }

  /// Where text begins first; the line's end when there is no text.
  private static func begin(
    of text: ArraySlice<LineTemplate.Part>, in line: UnsafeBufferPointer<UInt8>, from start: Int
  ) -> Int? {
    guard !text.isEmpty else { return line.count }
    var index = start
    while index < line.count {
      // Most places are passed over without trying all of the text.
      if case .literal(let octets) = text.first {
        guard let found = line.first(octets, from: index) else { return nil }
        index = found
      }
      if forward(text, in: line, from: index) != nil { return index }
      index += 1
    }
    return nil
  }

  /// Where text ends last, at `end` or before.
  private static func end(
    of text: ArraySlice<LineTemplate.Part>, in line: UnsafeBufferPointer<UInt8>, before end: Int,
    notBefore start: Int
  ) -> Int? {
    guard !text.isEmpty else { return start }
    var index = end
    while index >= start {
      if backward(text, in: line, from: index, notBefore: start) != nil { return index }
      index -= 1
    }
    return nil
  }
}

extension LineTemplate.Part {
  /// Whether it is text, and no placeholder.
  fileprivate var isFixed: Bool { self != .field && self != .rest }
}

extension UInt8 {
  fileprivate var isBlank: Bool { self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") }
}

extension UnsafeBufferPointer<UInt8> {
  fileprivate func has(_ octets: [UInt8], at index: Int) -> Bool {
    guard index >= 0, index + octets.count <= count, let base = baseAddress else { return octets.isEmpty }
    return octets.withUnsafeBufferPointer { text in
      text.baseAddress.map { memcmp(base + index, $0, text.count) == 0 } ?? true
    }
  }

  fileprivate func first(_ octets: [UInt8], from start: Int) -> Int? {
    guard let head = octets.first else { return start }
    var index = start
    while let found = first(head, from: index) {
      if has(octets, at: found) { return found }
      index = found + 1
    }
    return nil
  }
}
