import DNS
import Deciding
import Glibc
import Learning

/// Follows a list of hostnames in a process of its own: as a test's victim of kills, and to measure.
enum FollowBenchmark {
  /// The names that the writer of a growing file uses.
  private static let watched = WatchedNames([.pattern(NamePattern(canonical: "*.data.example.com"))])

  /// `follow FILE STATE`: follows FILE and stores after each batch, in one step, how far it was and what it had counted, as
  /// lines `DEVICE INODE OFFSET HEAD` and `NAME COUNT`. Goes on from what STATE holds. Ends by a kill.
  static func run(_ arguments: [String]) async throws {
    guard arguments.count == 2 else {
      print("usage: benchmarks follow FILE STATE")
      return
    }
    let (path, state) = (arguments[0], arguments[1])
    var (position, counts) = restored(path, state)
    let follower = FileFollower(
      path: path, format: .hostnames, watching: watched, position: position, source: "follow",
      interval: .milliseconds(20), settle: .milliseconds(200), now: { Timestamp(seconds: 1) })
    while true {
      let batch = try await follower.next()
      for sighting in batch.sightings { counts[sighting.name.text, default: 0] += sighting.count }
      position = batch.position
      try store(batch.position, counts, in: state)
      // Not print(), which keeps lines back when nobody's terminal is behind it.
      let told = Array("stored \(batch.position.offset)\n".utf8)
      _ = write(1, told, told.count)
    }
  }

  /// `follow-rate FILE SECONDS`: follows a file that another process fills, until SECONDS without a line have passed.
  static func rate(_ arguments: [String]) async throws {
    guard arguments.count == 3, let seconds = Int(arguments[1]), let expected = Int64(arguments[2]) else {
      print("usage: benchmarks follow-rate FILE SECONDS LINES")
      return
    }
    let follower = FileFollower(
      path: arguments[0], format: .dnsmasq,
      watching: WatchedNames(Profile.mcrGlobal.selectors + Profile.mcrChina.selectors), position: nil,
      source: "follow", now: { Timestamp(seconds: 1) })
    let clock = ContinuousClock()
    let start = clock.now
    var lines: Int64 = 0
    while lines < expected, clock.now - start < .seconds(seconds) {
      lines += try await follower.next().tally.lines
    }
    let taken = Double((clock.now - start).milliseconds) / 1000
    print("lines\t\(lines)\tlines/s\t\(Int(Double(lines) / max(taken, 0.001)))")
  }

  private static func store(_ position: FollowerPosition, _ counts: [String: Int64], in state: String) throws
  {
    let head = position.head.map { String($0, radix: 16) }.joined(separator: ".")
    var text = "\(position.device) \(position.inode) \(position.offset) \(head)\n"
    for (name, count) in counts { text += "\(name) \(count)\n" }
    // A rename is all or nothing, as a transaction is.
    guard let file = fopen(state + ".new", "w") else { throw StoreFailed() }
    let octets = Array(text.utf8)
    let written = fwrite(octets, 1, octets.count, file)
    guard fclose(file) == 0, written == octets.count, rename(state + ".new", state) == 0 else {
      throw StoreFailed()
    }
  }

  private struct StoreFailed: Error {}

  private static func restored(_ path: String, _ state: String) -> (FollowerPosition?, [String: Int64]) {
    guard let octets = LineBenchmark.read(state) else { return (nil, [:]) }
    let text = String(decoding: octets, as: UTF8.self)
    let lines = text.split(separator: "\n").map { $0.split(separator: " ", omittingEmptySubsequences: false) }
    guard let first = lines.first, first.count == 4, let device = UInt64(first[0]),
      let inode = UInt64(first[1]),
      let offset = Int64(first[2])
    else { return (nil, [:]) }
    let head = first[3].split(separator: ".").compactMap { UInt8($0, radix: 16) }
    var counts = [String: Int64]()
    for line in lines.dropFirst() where line.count == 2 { counts[String(line[0])] = Int64(line[1]) }
    return (FollowerPosition(path: path, device: device, inode: inode, head: head, offset: offset), counts)
  }
}
