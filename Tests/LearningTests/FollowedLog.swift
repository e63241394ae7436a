import DNS
import Deciding
import Foundation
import TestTools
import Testing

@testable import Learning

/// A log in a folder of its own, with a writer like a server's, a follower, and the count of what it reported.
final class FollowedLog {
  static let watched = WatchedNames([.pattern(NamePattern(canonical: "*.data.example.com"))])

  /// Makes lines as long as a log's, so that one batch has fewer names than `SightingTally.mostNames`.
  static let padding = "# " + String(repeating: "-", count: 60)

  let folder: URL
  let path: String
  private(set) var counts = [DomainName: Int64]()
  private(set) var notes = [FollowerNote]()
  private(set) var position: FollowerPosition?
  private var follower: FileFollower?
  private var writer: FileHandle?
  private var written = 0

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "postern-follow-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    path = folder.appending(path: "names.log").path
  }

  deinit {
    try? writer?.close()
    try? FileManager.default.removeItem(at: folder)
  }

  /// Opens the file under the path as a server does, creating it if need be.
  func open() throws {
    try? writer?.close()
    let descriptor = Foundation.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    try #require(descriptor >= 0)
    writer = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
  }

  /// Creates an empty file under the path, as `logrotate` does before it tells the server.
  func create() throws { try #require(FileManager.default.createFile(atPath: path, contents: nil)) }

  /// Writes lines, each with a name that was never written before.
  func write(_ count: Int, unterminated: Bool = false) throws {
    var text = (0..<count).map { "n\(written + $0).data.example.com \(Self.padding)\n" }.joined()
    if unterminated { text.removeLast() }
    written += count
    try writer?.write(contentsOf: Data(text.utf8))
  }

  func writeRaw(_ text: String) throws { try writer?.write(contentsOf: Data(text.utf8)) }

  func rename(to suffix: String) throws { try #require(Foundation.rename(path, path + suffix) == 0) }

  func move(_ from: String, to: String) throws {
    try #require(Foundation.rename(path + from, path + to) == 0)
  }

  func copy(to suffix: String) throws {
    try FileManager.default.copyItem(atPath: path, toPath: path + suffix)
  }

  /// Compresses a rotated file as `logrotate` does: another file, which then has the old one's time.
  func compress(_ suffix: String) async throws {
    let outcome = try await Tool.run("gzip", [path + suffix])
    try #require(outcome.status == 0, "\(outcome.errors)")
  }

  func truncate() throws { try #require(Foundation.truncate(path, 0) == 0) }

  func delete(_ suffix: String = "") throws { try FileManager.default.removeItem(atPath: path + suffix) }

  /// Ends the follower as a kill does: what wasn't stored is forgotten.
  func kill() { follower = nil }

  var report: SourceReport? { get async { await follower?.report } }

  func take(position: FollowerPosition?) { self.position = position }

  /// The follower, started if it isn't running.
  func start() -> FileFollower {
    let started =
      follower
      ?? FileFollower(
        path: path, format: .hostnames, watching: Self.watched, position: position, source: "test:\(path)",
        interval: .milliseconds(10), settle: .milliseconds(60), now: { Timestamp(seconds: 1_795_422_679) })
    follower = started
    return started
  }

  /// Takes one batch, and stores it unless `forgetting`.
  func takeBatch(forgetting: Bool = false) async throws {
    let follower = start()
    let batch = try await deadline { try await follower.next() }
    if !forgetting { count(batch) }
  }

  /// Stores a batch: its counts and its position.
  func count(_ batch: FollowedBatch) {
    for sighting in batch.sightings { counts[sighting.name, default: 0] += sighting.count }
    notes += batch.notes
    position = batch.position
  }

  /// Reads until everything written so far was reported.
  func catchUp() async throws {
    while counts.count < written { try await takeBatch() }
  }

  /// Writes a last line, waits for it, and checks that each line was reported exactly once.
  func expectEachLineOnce(sourceLocation: SourceLocation = #_sourceLocation) async throws {
    try write(1)
    let last = DomainName(canonical: "n\(written - 1).data.example.com")
    while counts[last] == nil { try await takeBatch() }
    let expected = Set((0..<written).map { DomainName(canonical: "n\($0).data.example.com") })
    #expect(expected.subtracting(counts.keys).isEmpty, "lost", sourceLocation: sourceLocation)
    #expect(counts.filter { $0.value != 1 }.isEmpty, "counted twice", sourceLocation: sourceLocation)
  }
}

/// Ends `work` with an error when it takes too long.
func deadline<Value: Sendable>(
  _ limit: Duration = .seconds(30), _ work: @escaping @Sendable () async throws -> Value
) async throws -> Value {
  try await withThrowingTaskGroup(of: Value.self) { group in
    group.addTask(operation: work)
    group.addTask {
      try await Task.sleep(for: limit)
      throw DeadlinePassed()
    }
    defer { group.cancelAll() }
    guard let value = try await group.next() else { throw DeadlinePassed() }
    return value
  }
}

struct DeadlinePassed: Error {}
