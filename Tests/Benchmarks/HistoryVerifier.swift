import DNS
import Deciding
import Recording

/// Tells whether every generation is whole: `benchmarks history-verifier PATH LAST`, LAST being the newest
/// that the writer told of. Prints one line; a missing or half generation is an error.
enum HistoryVerifier {
  static func run(_ arguments: [String]) async throws {
    guard arguments.count == 2, let told = Int64(arguments[1]), let set = SetName("crash") else {
      print("usage: benchmarks history-verifier PATH LAST")
      return
    }
    let store = try HistoryStore.open(path: arguments[0], mode: .writer)
    let report = try await store.quickCheck(isForced: true)
    guard report.problems.isEmpty else { throw Failure(description: report.problems.joined(separator: "; ")) }
    let records = try await store.generations(of: set, limit: .max)
    guard records.map(\.generation.number) == (0..<Int64(records.count)).reversed().map({ $0 + 1 }) else {
      throw Failure(description: "the generations have a gap")
    }
    guard Int64(records.count) >= told else {
      throw Failure(description: "generation \(told) was committed, the last one there is \(records.count)")
    }
    // All since the last kill would do, but then an old one that was damaged later would be missed.
    for record in records {
      guard let prefixes = try await store.prefixes(of: set, in: record.generation),
        CheapDigest.of(prefixes.map(\.address)) == record.digest
      else { throw Failure(description: "generation \(record.generation) is not what was committed") }
    }
    let current = try await store.currentSnapshot(of: set)
    guard current.map({ CheapDigest.of($0.elements.map(\.address)) }) == records.first?.digest else {
      throw Failure(description: "the elements are not those of the last generation")
    }
    print("\(records.count) generations whole, \(told) were told")
    try store.close()
  }

  struct Failure: Error, CustomStringConvertible { let description: String }
}

/// A digest that needs no library: FNV-1a, four times with other starts. The history keeps any 32 octets.
enum CheapDigest {
  static func of(_ addresses: [IPAddress]) -> Digest {
    Digest(
      octets: (0..<4).flatMap { lane in
        var hash = 0xcbf2_9ce4_8422_2325 &+ UInt64(lane)
        for address in addresses {
          for octet in address.octets { hash = (hash ^ UInt64(octet)) &* 0x0000_0100_0000_01b3 }
        }
        return (0..<8).map { UInt8(truncatingIfNeeded: hash >> UInt64($0 * 8)) }
      })
  }
}
