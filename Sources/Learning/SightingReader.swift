/// Reads text that comes in pieces: standard input, a request's body, a file. For logs that grow see `FileFollower`.
package struct SightingReader: Sendable {
  /// How each line is read; a piece of text has one format throughout.
  package var format: String { reader.name }
  /// The last lines that could not be believed.
  package private(set) var refused = RefusedLines()
  private var reader: LineReader
  private let names: WatchedNames
  private var splitter = LineSplitter()
  private var rest = [UInt8]()
  private var tally = SightingTally()
  private var countedDiscards = 0

  /// - Parameter names: what is watched: other names are counted and dropped, so that a log can't fill the
  ///   memory.
  package init(_ reader: LineReader, watching names: WatchedNames) {
    self.reader = reader
    self.names = names
  }

  /// Reads a built-in format.
  package init(_ format: LineFormat, watching names: WatchedNames) {
    self.init(LineReader(format), watching: names)
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
    var refused = RefusedLines()
    swap(&refused, &self.refused)
    defer { swap(&refused, &self.refused) }
    var reader = reader
    defer { self.reader = reader }
    let names = names
    return rest.withUnsafeBufferPointer { octets in
      split(&splitter, octets) { line in
        let reading = reader.read(line, watching: names)
        if case .malformed(let fault) = reading { refused.add(line, fault) }
        tally.add(reading)
      }
    }
  }
}
