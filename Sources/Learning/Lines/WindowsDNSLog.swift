import Deciding

/// Reads the debug log of Windows' DNS server. Names are printed label by label with their lengths,
/// `(10)westeurope(4)data(0)`; a question that came in and an answer that went out count, what the server asks others
/// does not. Dates and times are as the locale has them, so they aren't read.
enum WindowsDNSLog {
  /// Reads a line without its end.
  static func read(_ line: UnsafeBufferPointer<UInt8>, watching names: WatchedNames) -> LineReading {
    guard let packet = packet(in: line) else { return .skip }
    // `Q [0001   D   NOERROR] A      (`; `R Q [` in an answer.
    guard let open = line.first(" [", from: packet.rest), let close = line.first("] ", from: open),
      open >= packet.rest + 2
    else { return .malformed(.torn) }
    guard line[open - 1] == UInt8(ascii: "Q") else { return .skip }
    let isAnswer = line[open - 3] == UInt8(ascii: "R")
    guard isAnswer == packet.isSent else { return .skip }
    let code = line.wordStart(before: close, notBefore: open)..<close
    let evidence = isAnswer ? LoggedCode.evidence(line.part(code)) : .asked
    var index = close + 2
    let type = index..<line.wordEnd(index)
    guard line.isType(type) else { return .malformed(.torn) }
    index = type.upperBound
    while index < line.count, line[index] == UInt8(ascii: " ") { index += 1 }
    return readName(line, index, evidence, names)
  }

  /// Whether a line is about a packet, whatever it says.
  static func isItsLine(_ line: UnsafeBufferPointer<UInt8>) -> Bool { packet(in: line) != nil }

  /// ` PACKET  POINTER UDP Rcv CLIENT  ID …`; `rest` is where the ID ends.
  private static func packet(in line: UnsafeBufferPointer<UInt8>) -> (isSent: Bool, rest: Int)? {
    guard let mark = line.first(" PACKET  ", from: 0), mark < 48, line.first?.isDigit == true else {
      return nil
    }
    let pointer = line.wordEnd(mark + 9)
    guard line.all(mark + 9..<pointer, \.isLetterOrDigit),
      line.has(" UDP ", at: pointer) || line.has(" TCP ", at: pointer)
    else { return nil }
    let isSent = line.has("Snd ", at: pointer + 5)
    guard isSent || line.has("Rcv ", at: pointer + 5) else { return nil }
    let client = line.wordEnd(pointer + 9)
    guard line.isAddress(pointer + 9..<client) else { return nil }
    var index = client
    while index < line.count, line[index] == UInt8(ascii: " ") { index += 1 }
    let id = line.wordEnd(index)
    return line.all(index..<id, \.isLetterOrDigit) ? (isSent, id) : nil
  }

  /// Puts the labels together; a dot within one would make another name of it.
  private static func readName(
    _ line: UnsafeBufferPointer<UInt8>, _ start: Int, _ evidence: NameEvidence, _ names: WatchedNames
  ) -> LineReading {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 256) { name in
      var (index, count) = (start, 0)
      while true {
        guard line.has("(", at: index), let close = line.first(UInt8(ascii: ")"), from: index),
          line.all(index + 1..<close, \.isDigit), close - index <= 3
        else { return .malformed(.torn) }
        let length = line[index + 1..<close].reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        index = close + 1
        if length == 0 {
          guard index == line.count else { return .malformed(.torn) }
          return names.read(UnsafeBufferPointer(rebasing: name[..<count]), as: evidence)
        }
        guard index + length <= line.count else { return .malformed(.torn) }
        guard length <= 63, count + length + 1 <= 255 else { return .malformed(.nameTooLong) }
        if count > 0 {
          name[count] = UInt8(ascii: ".")
          count += 1
        }
        for octet in line[index..<index + length] {
          // An octet that no hostname has, so that it reads as one.
          name[count] = octet == UInt8(ascii: ".") ? UInt8(ascii: "?") : octet
          count += 1
        }
        index += length
      }
    }
  }
}
