import Foundation
import Learning

/// What a person gave to `postern observe`: what kind of thing it is, and its content piece by piece.
final class ObservedInput {
  /// How the content is to be read.
  enum Kind: Sendable {
    case lines(LineReader)
    /// Frames of dnstap.
    case capture
    /// An SQLite database, which is not read piece by piece.
    case database
  }

  private static let pieceSize = 1 << 20

  /// Its path, or `-`.
  let name: String
  private let handle: FileHandle
  private var gunzip: Gunzip?
  /// What was read and not handed out.
  private var waiting: [UInt8]

  /// Opens a file, or standard input for `-`, compressed by gzip or not.
  init(_ name: String) throws {
    self.name = name
    if name == "-" {
      handle = .standardInput
    } else {
      guard let opened = FileHandle(forReadingAtPath: name) else {
        throw CommandFailure(
          .failed, "can't read \(name): \(String(cString: strerror(errno)))", try: "check its name and mode")
      }
      handle = opened
    }
    waiting = []
    waiting = try piece()
    if Gunzip.isGzip(waiting) { gunzip = try Gunzip() }
  }

  /// What it is, by its beginning, and the first piece.
  ///
  /// - Parameter reader: what a person said that it is.
  func begin(reader: LineReader?) throws -> (kind: Kind, first: [UInt8]) {
    let first = try next()
    if let reader { return (.lines(reader), first) }
    if FrameStream.isBeginning(of: first) { return (.capture, first) }
    // https://www.sqlite.org/fileformat.html#the_database_header
    if first.starts(with: "SQLite format 3\0".utf8) { return (.database, first) }
    return (.lines(LineReader(LineFormat.detect(Array(first.prefix(65_536))))), first)
  }

  /// The next octets; none at the end.
  func next() throws -> [UInt8] {
    guard gunzip != nil else {
      defer { waiting = [] }
      return waiting.isEmpty ? try piece() : waiting
    }
    var output = [UInt8]()
    while output.count < Self.pieceSize {
      if waiting.isEmpty {
        waiting = try piece()
        if waiting.isEmpty {
          try translating { () throws(GzipFault) in try gunzip?.finish() }
          break
        }
      }
      let (consumed, produced) = try inflated()
      waiting.removeFirst(consumed)
      output += produced
    }
    return output
  }

  private func inflated() throws -> (consumed: Int, produced: [UInt8]) {
    var produced = [UInt8](repeating: 0, count: Self.pieceSize)
    do {
      let step = try waiting.withUnsafeBufferPointer { input throws(GzipFault) in
        try produced.withUnsafeMutableBufferPointer { output throws(GzipFault) in
          try gunzip?.inflate(input, into: output) ?? (consumed: 0, produced: 0)
        }
      }
      produced.removeLast(produced.count - step.produced)
      return (step.consumed, produced)
    } catch {
      throw damaged(error)
    }
  }

  private func translating(_ body: () throws(GzipFault) -> Void) throws {
    do { try body() } catch { throw damaged(error) }
  }

  private func damaged(_ fault: GzipFault) -> CommandFailure {
    CommandFailure(.failed, "can't read \(name): \(fault)", try: "'gzip --test', or a copy of the file")
  }

  private func piece() throws -> [UInt8] {
    do {
      return Array(try handle.read(upToCount: Self.pieceSize) ?? Data())
    } catch {
      throw CommandFailure(
        .failed, "can't read \(name): \(error.localizedDescription)", try: "a file, not a folder")
    }
  }
}
