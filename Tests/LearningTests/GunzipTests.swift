import Foundation
import TestTools
import Testing

@testable import Learning

@Suite struct GunzipTests {
  /// Compressed by the real gzip.
  static func gzip(_ octets: [UInt8]) async throws -> [UInt8] {
    Array(try await Tool.run("gzip", ["-c"], input: octets).output)
  }

  static func decompress(_ octets: [UInt8], pieces: Int, room: Int) throws(GzipFault) -> [UInt8] {
    var gunzip = try Gunzip()
    var result = [UInt8]()
    var output = [UInt8](repeating: 0, count: room)
    var rest = octets[...]
    while !rest.isEmpty {
      var piece = Array(rest.prefix(pieces))
      rest = rest.dropFirst(pieces)
      while !piece.isEmpty {
        let step = try piece.withUnsafeBufferPointer { input throws(GzipFault) in
          try output.withUnsafeMutableBufferPointer { output throws(GzipFault) in
            try gunzip.inflate(input, into: output)
          }
        }
        piece.removeFirst(step.consumed)
        result += output[..<step.produced]
      }
    }
    try gunzip.finish()
    return result
  }

  @Test(
    "what gzip compressed must come out, however it is cut",
    arguments: [(1, 1), (7, 3), (100_000, 5), (64, 100_000)])
  func decompresses(_ pieces: Int, _ room: Int) async throws {
    let octets = try Fixture.octets("bind-9.18.49-querylog.log")
    let compressed = try await Self.gzip(octets)
    #expect(try Self.decompress(compressed, pieces: pieces, room: room) == octets)
    #expect(
      try Self.decompress(compressed + compressed, pieces: pieces, room: room) == octets + octets, "members")
  }

  @Test("what is cut off, damaged or followed by something else must be told apart")
  func refuses() async throws {
    let octets = try Fixture.octets("bind-9.18.49-querylog.log")
    let compressed = try await Self.gzip(octets)
    func fault(_ octets: [UInt8]) -> GzipFault? {
      do { _ = try Self.decompress(octets, pieces: 100, room: 1000) } catch { return error }
      return nil
    }
    #expect(fault([]) == .truncated)
    for count in [1, 9, 10, 11, 100, compressed.count - 9, compressed.count - 1] {
      #expect(fault(Array(compressed.prefix(count))) == .truncated, "\(count)")
    }
    #expect(fault(compressed + [0]) == .garbage)
    #expect(fault(compressed + Array("x".utf8)) == .garbage)
    #expect(fault(compressed + [0x1f, 0x8c]) == .garbage)
    #expect(fault(Array("plain text".utf8)) == .damaged)
    for index in stride(from: 12, to: compressed.count, by: 37) {
      var damaged = compressed
      damaged[index] ^= 0x55
      #expect(fault(damaged) != nil, "\(index)")
    }
  }
}
