import Glibc

/// A rotated log in the gzip format, read like the file that it was. Read forward it is decompressed once, in a fixed
/// amount of memory.
struct GzipFile: ~Copyable {
  private static let chunk = 64 * 1024
  /// How much of what was decompressed last is kept: a reader comes back for a line that it had but half of.
  private static let mostKept = FileFollower.chunk

  private let file: OpenFile
  private var gunzip: Gunzip
  private var input = [UInt8](repeating: 0, count: GzipFile.chunk)
  /// What of the input is not decompressed yet.
  private var waiting = 0..<0
  private var nextInput: Int64 = 0
  /// The last decompressed octets, and where in the content they end.
  private var kept = [UInt8]()
  private var position: Int64 = 0

  init(_ file: consuming OpenFile) throws(GzipFault) {
    self.file = file
    gunzip = try Gunzip()
  }

  /// What can be told of a compressed file without reading it through; nil when it is gone or isn't one.
  static func look(folder: String, name: String) throws -> FollowPlan.Facts? {
    guard let opened = try OpenFile(folder: folder, name: name), let facts = try opened.facts() else {
      return nil
    }
    var file = try GzipFile(opened)
    var head = [UInt8](repeating: 0, count: FollowPlan.headLength)
    head.removeLast(head.count - (try file.read(into: &head, at: 0)))
    return facts.compressed(size: head.isEmpty ? 0 : 1, head: head)
  }

  /// Reads all of it and gives back its facts: only then it is known to be whole.
  mutating func readThrough() throws -> FollowPlan.Facts? {
    guard let facts = try file.facts() else { return nil }
    var head = [UInt8](repeating: 0, count: FollowPlan.headLength)
    head.removeLast(head.count - (try read(into: &head, at: 0)))
    var scratch = [UInt8](repeating: 0, count: Self.mostKept)
    while try advance(into: &scratch) > 0 {}
    return facts.compressed(size: position, head: head)
  }

  /// Reads into the whole buffer, or as far as the content goes, and returns how many octets came.
  mutating func read(into buffer: inout [UInt8], at offset: Int64) throws -> Int {
    if offset < position - Int64(kept.count) { try rewind() }
    var scratch = [UInt8](repeating: 0, count: Self.chunk)
    while position < offset {
      guard try advance(into: &scratch) > 0 else { return 0 }
    }
    var filled = 0
    let again = min(Int(position - offset), buffer.count)
    if again > 0 {
      let first = kept.count - Int(position - offset)
      buffer.replaceSubrange(0..<again, with: kept[first..<first + again])
      filled = again
    }
    while filled < buffer.count {
      var piece = [UInt8](repeating: 0, count: min(Self.chunk, buffer.count - filled))
      let count = try advance(into: &piece)
      if count == 0 { break }
      buffer.replaceSubrange(filled..<filled + count, with: piece[..<count])
      filled += count
    }
    return filled
  }

  private mutating func rewind() throws(GzipFault) {
    gunzip = try Gunzip()
    (waiting, nextInput, position) = (0..<0, 0, 0)
    kept = []
  }

  /// Decompresses the next octets; none at the end.
  private mutating func advance(into output: inout [UInt8]) throws -> Int {
    while true {
      if waiting.isEmpty {
        let count = try file.read(into: &input, at: nextInput)
        nextInput += Int64(count)
        waiting = 0..<count
        if count == 0 {
          try gunzip.finish()
          return 0
        }
      }
      let step = try Self.step(&gunzip, input, waiting, &output)
      waiting = waiting.lowerBound + step.consumed..<waiting.upperBound
      guard step.produced > 0 else { continue }
      position += Int64(step.produced)
      kept += output[..<step.produced]
      if kept.count > 2 * Self.mostKept { kept.removeFirst(kept.count - Self.mostKept) }
      return step.produced
    }
  }

  private static func step(
    _ gunzip: inout Gunzip, _ input: [UInt8], _ waiting: Range<Int>, _ output: inout [UInt8]
  ) throws(GzipFault) -> (consumed: Int, produced: Int) {
    try input.withUnsafeBufferPointer { input throws(GzipFault) in
      try output.withUnsafeMutableBufferPointer { output throws(GzipFault) in
        try gunzip.inflate(UnsafeBufferPointer(rebasing: input[waiting]), into: output)
      }
    }
  }
}

extension FollowPlan.Facts {
  /// The same file, by its content.
  fileprivate func compressed(size: Int64, head: [UInt8]) -> FollowPlan.Facts {
    FollowPlan.Facts(
      name: name, device: device, inode: inode, size: size, modified: modified, head: head, isCompressed: true
    )
  }
}
