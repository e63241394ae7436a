/// Reads text that comes in pieces: standard input, a request's body, a file. For logs that grow see `FileFollower`.
package struct SightingReader: Sendable {
  /// How its lines name hosts.
  package let format: LineFormat
  private let names: WatchedNames
  private var splitter = LineSplitter()
  private var rest = [UInt8]()
  private var tally = SightingTally()
  private var countedDiscards = 0

  package init(_ format: LineFormat, watching names: WatchedNames) {
    self.format = format
    self.names = names
  }

  /// Reads the next piece; lines may be cut anywhere.
  package mutating func append(_ piece: some Sequence<UInt8>) {
    rest.append(contentsOf: piece)
    let consumed = cut { splitter, octets, body in splitter.split(octets, body) }
    rest.removeFirst(consumed)
  }

  /// Takes the last line, though it has no end.
  package mutating func finish() {
    cut { splitter, octets, body in splitter.finish(octets, body) }
    rest = []
  }

  /// What was read since the last call.
  package mutating func takeTally() -> SightingTally {
    defer { tally = SightingTally() }
    tally.addDiscarded(splitter.discardedLines - countedDiscards)
    countedDiscards = splitter.discardedLines
    return tally
  }
  private typealias LineBody = (UnsafeBufferPointer<UInt8>) -> Void

  /// Gives the rest to the splitter and counts what comes of it.
  private mutating func cut<Result>(
    _ split: (inout LineSplitter, UnsafeBufferPointer<UInt8>, LineBody) -> Result
  ) -> Result {
    // Taken out, so that the closure that counts and the splitter that calls it don't both hold `self`.
    var tally = SightingTally()
    swap(&tally, &self.tally)
    defer { swap(&tally, &self.tally) }
    let (format, names) = (format, names)
    return rest.withUnsafeBufferPointer { octets in
      split(&splitter, octets) { tally.add(format.read($0, watching: names)) }
    }
  }
}
