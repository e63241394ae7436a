package import Deciding
import Glibc

/// Follows a growing log through rotation, and reports what it says in batches. Each line is in exactly one batch, also
/// across a kill at any moment, if each batch's position is stored together with its effect and the last stored one is
/// given at the next start. What `copytruncate` itself loses, between copy and truncation, nobody can save.
package actor FileFollower {
  /// How many octets are read at once, at most; a batch has at most these.
  static let chunk = 256 * 1024

  private let path: String
  private let folder: LogFolder
  private let format: LineFormat
  private let source: String
  private let settle: Duration
  private let now: @Sendable () -> Timestamp
  private let wakeups: FolderWakeups
  private var names: WatchedNames

  private var position: FollowerPosition?
  private var file: OpenFile?
  /// How the open file began when it was last looked at.
  private var known = [UInt8]()
  private var offset: Int64 = 0
  /// The offset, and the octets after it that are a line without its end.
  private var seen: Int64 = 0
  private var grewAt = ContinuousClock.now
  private var splitter = LineSplitter()
  private var notes = [FollowerNote]()
  private var buffer = [UInt8](repeating: 0, count: FileFollower.chunk)

  /// - Parameters:
  ///   - position: Of the last batch whose effect was stored; nil reads the file from its beginning.
  ///   - source: What the sightings are labelled with, such as `dnsmasq:/var/log/dnsmasq.log`.
  ///   - interval: How often to look without being told that something changed (network file systems tell nothing).
  ///   - settle: How long a renamed file must be quiet before it is left.
  package init(
    path: String, format: LineFormat, watching names: WatchedNames, position: FollowerPosition?,
    source: String,
    interval: Duration = .seconds(1), settle: Duration = .seconds(2), now: @escaping @Sendable () -> Timestamp
  ) {
    self.path = path
    folder = LogFolder(path: path)
    self.format = format
    self.names = names
    self.position = position
    self.source = source
    self.settle = settle
    self.now = now
    wakeups = FolderWakeups(folder: folder, interval: interval)
  }

  /// Watches other names from the next batch on.
  package func watch(_ names: WatchedNames) { self.names = names }

  /// Waits for lines and reads them.
  ///
  /// - Throws: `FollowerError` when the file is there but can't be read; call again later. `CancellationError` when
  ///   the task is cancelled, after which this follower is done.
  package func next() async throws -> FollowedBatch {
    while true {
      try Task.checkCancellation()
      switch try step() {
      case .batch(let batch): return batch
      case .again: continue
      case .wait: try await pause()
      }
    }
  }

  /// Waits for a reason to look again.
  private func pause() async throws {
    for await _ in wakeups.stream {
      // Lines come in bursts: one look for many of them is cheaper than one for each.
      try await Task.sleep(for: .milliseconds(20))
      return
    }
    throw CancellationError()
  }

  private enum Step {
    case batch(FollowedBatch)
    case again
    case wait
  }

  /// One look and what follows from it.
  private func step() throws -> Step {
    guard file != nil else { return try begin() }
    guard let open = try file?.facts() else { return .wait }
    let live = try folder.live()
    // The folder is only listed when the path holds another file than the open one.
    let isLive = live.map { $0.isSameFile(as: open) } ?? false
    let next =
      isLive || open.size != seen
      ? nil : FollowPlan.successor(of: open, live: live, rotated: folder.rotated())
    let action = FollowPlan.action(
      open: open, known: known, seen: seen, hasSuccessor: next != nil, quiet: .now - grewAt, settle: settle)
    switch action {
    case .read:
      return try read(open)
    case .restart:
      close()
      return .again
    case .advance:
      return try next.map { try advance(from: open, to: $0) } ?? .wait
    case .wait:
      return .wait
    }
  }

  private func begin() throws -> Step {
    guard let start = FollowPlan.start(position: position, live: try folder.live(), rotated: folder.rotated())
    else {
      return .wait
    }
    if let note = start.note { notes.append(note) }
    return try open(start.name, at: start.offset) ? .again : .wait
  }

  /// Reads what has come and returns it, if it is at least a line.
  private func read(_ before: FollowPlan.Facts) throws -> Step {
    guard let count = try file?.read(into: &buffer, at: offset), count > 0 else { return .wait }
    if try wasRewritten(before, count: count) {
      close()
      return .again
    }
    known = before.head
    var tally = SightingTally()
    let discarded = splitter.discardedLines
    let consumed = buffer.withUnsafeBufferPointer { octets in
      splitter.split(UnsafeBufferPointer(rebasing: octets[..<count])) { [format, names] line in
        tally.add(format.read(line, watching: names))
      }
    }
    tally.addDiscarded(splitter.discardedLines - discarded)
    seen = offset + Int64(count)
    offset += Int64(consumed)
    grewAt = .now
    return consumed > 0 ? .batch(batch(tally, of: before)) : .again
  }

  /// Whether what was just read is the content of a file that was truncated and written anew meanwhile: then the same
  /// octets will come again from its beginning. If they aren't there any more, they are of the old content and count.
  private func wasRewritten(_ before: FollowPlan.Facts, count: Int) throws -> Bool {
    guard let after = try file?.facts() else { return false }
    if after.size >= offset + Int64(count), after.head.starts(with: before.head) { return false }
    var again = [UInt8](repeating: 0, count: count)
    guard try file?.read(into: &again, at: offset) == count else { return false }
    return again.elementsEqual(buffer[..<count])
  }

  /// Leaves a file that is read to its end; the last line counts now, though it has no end.
  private func advance(from open: FollowPlan.Facts, to next: FollowPlan.Facts) throws -> Step {
    if seen > offset {
      guard let count = try file?.read(into: &buffer, at: offset), Int64(count) == seen - offset else {
        return .again
      }
      var tally = SightingTally()
      buffer.withUnsafeBufferPointer { octets in
        splitter.finish(UnsafeBufferPointer(rebasing: octets[..<count])) { [format, names] line in
          tally.add(format.read(line, watching: names))
        }
      }
      offset = seen
      return .batch(batch(tally, of: open))
    }
    notes.append(.rotated)
    close()
    return try self.open(next.name, at: 0) ? .again : .wait
  }

  private func batch(_ tally: SightingTally, of open: FollowPlan.Facts) -> FollowedBatch {
    let position = place(in: open)
    self.position = position
    defer { notes = [] }
    return FollowedBatch(
      sightings: tally.sightings(source: source, at: now()), tally: tally, position: position, notes: notes)
  }

  /// Whether the file could be opened.
  private func open(_ name: String, at start: Int64) throws(FollowerError) -> Bool {
    guard let opened = try OpenFile(folder: folder.folder, name: name), let facts = try opened.facts() else {
      return false
    }
    // A stop within a line that was being discarded must not begin with the rest of it.
    var last: [UInt8] = [0x0a]
    if start > 0 { _ = try opened.read(into: &last, at: start - 1) }
    splitter = LineSplitter(withinLine: last != [0x0a])
    known = facts.head
    offset = start
    seen = start
    grewAt = .now
    position = place(in: facts)
    file = consume opened
    return true
  }

  private func place(in open: FollowPlan.Facts) -> FollowerPosition {
    FollowerPosition(path: path, device: open.device, inode: open.inode, head: open.head, offset: offset)
  }

  private func close() { file = nil }
}
