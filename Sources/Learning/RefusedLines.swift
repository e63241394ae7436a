package import Deciding
import DNS

/// The last few lines that could not be believed, for a person to look at.
package struct RefusedLines: Sendable, Hashable {
  /// How many are kept.
  package static let most = 8
  /// How many of one batch are looked at: a flood of faults must cost little.
  static let mostOfBatch = 8

  /// The last refused lines, the newest last, each fault at least as long as there is room.
  package private(set) var samples = [RefusedSample]()
  private var ofBatch = 0

  /// None yet.
  package init() {}

  /// Begins a new batch.
  mutating func beginBatch() { ofBatch = 0 }

  /// Keeps a line, unless enough of this batch were kept.
  mutating func add(_ line: UnsafeBufferPointer<UInt8>, _ fault: LineFault) {
    guard ofBatch < Self.mostOfBatch else { return }
    ofBatch += 1
    let sample = RefusedSample(fault: fault.rawValue, text: Self.text(of: line))
    guard samples.last != sample else { return }
    if samples.count == Self.most {
      // Of the fault that is there most often the oldest goes, so that one fault doesn't hide the others.
      let counts = Dictionary(grouping: samples, by: \.fault).mapValues(\.count)
      let most = counts.values.max() ?? 0
      samples.remove(at: samples.firstIndex { counts[$0.fault] == most } ?? 0)
    }
    samples.append(sample)
  }

  /// A line that a person may see: addresses blotted out, since they are clients', and nothing that a terminal acts on.
  static func text(of line: UnsafeBufferPointer<UInt8>) -> String {
    var text = ""
    var index = 0
    // Twice the length that is shown, since what comes after it can't lengthen the text.
    let line = UnsafeBufferPointer(rebasing: line.prefix(400))
    while index < line.count, text.count < 200 {
      if let end = addressEnd(line, index) {
        text += "(address)"
        index = end
        continue
      }
      // What was looked at as an address and is none must not be looked at again from its second octet on.
      repeat {
        let octet = line[index]
        if (0x20...0x7e).contains(octet), octet != UInt8(ascii: "\\") {
          text.unicodeScalars.append(Unicode.Scalar(octet))
        } else {
          text += "\\x" + (octet < 16 ? "0" : "") + String(octet, radix: 16)
        }
        index += 1
      } while index < line.count && isAddressOctet(line[index - 1]) && isAddressOctet(line[index])
    }
    return String(text.prefix(200))
  }

  /// Where an address ends that begins at `start`. A run of digits, hexadecimal letters, dots and colons is one if
  /// it holds one: `192.0.2.1`, `192.0.2.1:53`, `2001:db8::1`, `::ffff:192.0.2.1`.
  private static func addressEnd(_ line: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int? {
    guard isAddressOctet(line[start]) else { return nil }
    var end = start
    while end < line.count, isAddressOctet(line[end]) { end += 1 }
    let run = line[start..<end]
    let dots = run.count { $0 == UInt8(ascii: ".") }
    let colons = run.count { $0 == UInt8(ascii: ":") }
    guard dots >= 3 || colons >= 2 else { return nil }
    var text = String(decoding: run, as: UTF8.self)[...]
    while let last = text.last, last == "." || last == ":" {
      // A last colon may be half of an address's own two.
      if IPAddress(String(text)) != nil { break }
      text = text.dropLast()
    }
    if IPAddress(String(text)) != nil { return end }
    // Four numbers somewhere in it, whatever else there is.
    let numbers = text.split(whereSeparator: { $0 == "." || $0 == ":" })
    let isTime = dots < 3 && numbers.count <= 3
    return isTime ? nil : end
  }

  private static func isAddressOctet(_ octet: UInt8) -> Bool {
    octet.isDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(octet | 0x20)
      || octet == UInt8(ascii: ".")
      || octet == UInt8(ascii: ":")
  }
}
