import DNS
import Deciding
import Foundation
import GRDB
import Testing

@testable import Recording

/// A directory for one test, removed when the test is over.
final class Scratch: Sendable {
  let directory: String

  init() throws {
    directory = FileManager.default.temporaryDirectory.appending(path: "recording-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
  }

  // Keep it in a variable: what a store opens later must still be there.
  deinit { try? FileManager.default.removeItem(atPath: directory) }

  var path: String { directory + "/history.sqlite" }

  /// One value out of the file, past the store.
  func value<Value: DatabaseValueConvertible & Sendable>(_ sql: String) throws -> Value? {
    let queue = try DatabaseQueue(path: path)
    defer { try? queue.close() }
    return try queue.read { db in try Value.fetchOne(db, sql: sql) }
  }

  func open(_ mode: HistoryStore.Mode = .writer) throws -> HistoryStore {
    try HistoryStore.open(path: path, mode: mode)
  }
}

func name(_ text: String) throws -> DomainName { try DomainName(text) }

func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

func setName(_ text: String) throws -> SetName { try #require(SetName(text)) }

func time(_ seconds: Int64) -> Timestamp { Timestamp(milliseconds: seconds * 1000 + 7) }

let always = Timestamp(milliseconds: .min)...Timestamp(milliseconds: .max)

func key(
  _ asked: String, _ data: String, owner: String? = nil, vantage: String = "upstream"
) throws -> ObservationKey {
  let record: (RecordType, RecordData) =
    if let address = IPAddress(data) {
      (address.family.recordType, .address(address))
    } else {
      (.cname, .name(try name(data)))
    }
  return ObservationKey(
    name: try name(asked), vantage: Vantage(vantage), owner: try name(owner ?? asked), type: record.0,
    data: record.1)
}

func observation(
  _ key: ObservationKey, first: Int64, last: Int64, count: Int64 = 1, ttl: UInt32 = 60
) -> Observation {
  Observation(
    key: key, firstSeen: time(first), lastSeen: time(last), count: count, ttl: TTL(wire: ttl),
    watched: (last - first) * 1000)
}

/// The next generation of a set, with the step that leads to it.
func publication(
  of set: SetName, _ number: Int64, at moment: Int64, _ addresses: [IPAddress], after before: [IPAddress] = []
) throws -> Publication {
  try publication(
    of: set, number, at: moment, prefixes: addresses.map { IPPrefix($0) }, after: before.map { IPPrefix($0) })
}

/// The same of prefixes, as service tags give them.
func publication(
  of set: SetName, _ number: Int64, at moment: Int64, prefixes: [IPPrefix], after before: [IPPrefix] = []
) throws -> Publication {
  let names = [try name("a.example.com"), try name("b.example.com")]
  let elements = prefixes.sorted().map {
    SetElement(prefix: $0, names: names, firstSeen: time(moment - 1), lastSeen: time(moment))
  }
  return Publication(
    snapshot: Snapshot(
      set: set, generation: Generation(number), at: time(moment), elements: elements,
      digest: Digest(octets: (0..<32).map { UInt8(truncatingIfNeeded: Int64($0) + number) })),
    entered: Set(prefixes).subtracting(before).sorted(), left: Set(before).subtracting(prefixes).sorted())
}

extension HistoryStore {
  /// One value as the writing connection sees it.
  func value<Value: DatabaseValueConvertible & Sendable>(_ sql: String) async throws -> Value? {
    try await withoutTransaction { db in try Value.fetchOne(db, sql: sql) }
  }

  /// Commits what `fill` puts into a batch.
  func commit(at moment: Int64, _ fill: (inout HistoryBatch) throws -> Void) async throws {
    var batch = HistoryBatch(at: time(moment))
    try fill(&batch)
    try await commit(batch)
  }
}
