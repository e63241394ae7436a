import Deciding

/// Reads what dockerd and containerd log of pulls, mostly when one fails: a host is named in `https://HOST/` within
/// `msg="…"`. Only that a client uses the name is taken.
enum ContainerRuntimeLog {
  /// The most URLs that are looked at in one line.
  private static let mostURLs = 8

  /// Reads a line without its end. Of several hosts the first watched one counts, else the first.
  static func read(_ line: UnsafeBufferPointer<UInt8>, watching names: WatchedNames) -> LineReading {
    guard var index = messageStart(in: line) else { return .skip }
    var first: LineReading?
    for _ in 0..<mostURLs {
      guard let url = line.first("https://", from: index) else { break }
      index = url + 8
      let start = index
      while index < line.count,
        line[index].isLetterOrDigit || line[index] == UInt8(ascii: ".")
          || line[index] == UInt8(ascii: "-")
      {
        index += 1
      }
      // A host ends with the URL, a port or a path; anything else, as in `https://a@b/`, is no host.
      guard index > start, index < line.count, " /\\\":".utf8.contains(line[index]) else { continue }
      let reading = names.read(line.part(start..<index))
      if case .name = reading { return reading }
      if first == nil { first = reading }
    }
    return first ?? .skip
  }

  /// Whether a line is a container runtime's, whatever it says.
  static func isItsLine(_ line: UnsafeBufferPointer<UInt8>) -> Bool { messageStart(in: line) != nil }

  /// `time="…" level=… msg="`, maybe after syslog's header.
  private static func messageStart(in line: UnsafeBufferPointer<UInt8>) -> Int? {
    let start =
      LogHeader.message(in: line, of: "dockerd") ?? LogHeader.message(in: line, of: "containerd") ?? 0
    guard line.has("time=\"", at: start), let close = line.first(UInt8(ascii: "\""), from: start + 6),
      line.has("\" level=", at: close)
    else { return nil }
    let level = line.wordEnd(close + 8)
    return line.has(" msg=\"", at: level) ? level + 6 : nil
  }
}
