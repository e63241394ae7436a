import DNS
package import Deciding
import Glibc

/// Follows a growing log through rotation, and reports what it says in batches. Each line is in exactly one batch, also
/// across a kill at any moment, if each batch's position is stored together with its effect and the last stored one is
/// given at the next start. What `copytruncate` itself loses, between copy and truncation, nobody can save.
package actor FileFollower {
  /// How many octets are read at once, at most; a batch has at most these.
  static let chunk = 256 * 1024

  private let path: String
  private var folder: LogFolder
  private let source: String
  private let settle: Duration
  private let now: @Sendable () -> Timestamp
  private let wakeups: FolderWakeups
  private var names: WatchedNames

  private var reader: LineReader
  private var position: FollowerPosition?
  private var file: FollowedFile?
  /// Compressed files that can't be read, as they then were.
  private var unusable = Set<FollowPlan.Facts>()
  private var account: FollowAccount
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
  ///   - reader: For the lines' format, new: it is told itself what stands at the top of the file.
  ///   - source: What the sightings are labelled with, such as `dnsmasq:/var/log/dnsmasq.log`.
  ///   - interval: How often to look without being told that something changed (network file systems tell nothing).
  ///   - settle: How long a renamed file must be quiet before it is left.
  package init(
    path: String, reader: LineReader, watching names: WatchedNames, position: FollowerPosition?,
    source: String,
    interval: Duration = .seconds(1), settle: Duration = .seconds(2), now: @escaping @Sendable () -> Timestamp
  ) {
    self.path = path
    folder = LogFolder(path: path)
    self.reader = reader
    account = FollowAccount(
      label: source, kind: reader.name, tellsResolvers: reader.tellsServer, at: now())
    self.names = names
    self.position = position
    self.source = source
    self.settle = settle
    self.now = now
    wakeups = FolderWakeups(folder: folder, interval: interval)
  }

  /// Follows a log in a built-in format.
  package init(
    path: String, format: LineFormat, watching names: WatchedNames, position: FollowerPosition?,
    source: String,
    interval: Duration = .seconds(1), settle: Duration = .seconds(2), now: @escaping @Sendable () -> Timestamp
  ) {
    self.init(
      path: path, reader: LineReader(format), watching: names, position: position, source: source,
      interval: interval, settle: settle, now: now)
  }

  /// How this source does. Its offset and size are of the file that is open.
  package var report: SourceReport {
    account.report(at: now(), offset: file == nil ? position?.offset : offset)
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
      let step: Step
      do {
        step = try self.step()
        account.recovered()
      } catch {
        account.failed(error)
        throw error
      }
      switch step {
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
    account.saw(size: open.size)
    let live = try folder.live()
    // The folder is only listed when the path holds another file than the open one.
    let isLive = live.map { $0.isSameFile(as: open) } ?? false
    let next =
      isLive || open.size != seen
      ? nil : FollowPlan.successor(of: open, live: live, rotated: usable())
    let action = FollowPlan.action(
      open: open, known: known, seen: seen, hasSuccessor: next != nil,
      // Nobody writes to a compressed file.
      quiet: open.isCompressed ? settle : .now - grewAt, settle: settle)
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
    let (live, rotated) = (try folder.live(), usable())
    guard let start = FollowPlan.start(position: position, live: live, rotated: rotated),
      let chosen = ([live].compactMap(\.self) + rotated).first(where: { $0.name == start.name })
    else { return .wait }
    guard try open(chosen, at: start.offset) else { return .wait }
    if let note = start.note { notes.append(note) }
    return .again
  }

  /// The rotated files, without those that turned out to be damaged.
  private func usable() -> [FollowPlan.Facts] { folder.rotated().filter { !unusable.contains($0) } }

  /// Reads what has come and returns it, if it is at least a line.
  private func read(_ before: FollowPlan.Facts) throws -> Step {
    guard let count = try file?.read(into: &buffer, at: offset), count > 0 else { return .wait }
    if try !before.isCompressed && wasRewritten(before, count: count) {
      close()
      return .again
    }
    known = before.head
    let (tally, consumed) = tallied(count) { splitter, octets, body in splitter.split(octets, body) }
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
      let (tally, _) = tallied(count) { splitter, octets, body in splitter.finish(octets, body) }
      offset = seen
      return .batch(batch(tally, of: open))
    }
    guard try self.open(next, at: 0) else { return .wait }
    notes.append(.rotated)
    return .again
  }

  /// Counts what the first octets of the buffer say.
  private func tallied<Result>(
    _ count: Int,
    _ split: (inout LineSplitter, UnsafeBufferPointer<UInt8>, (UnsafeBufferPointer<UInt8>) -> Void) -> Result
  ) -> (SightingTally, Result) {
    var tally = SightingTally()
    var refused = account.takeRefused()
    var servers = Set<IPAddress>()
    // Taken out, so that the closure doesn't hold this actor's state together with the splitter.
    var (reader, splitter) = (self.reader, self.splitter)
    let discarded = splitter.discardedLines
    let result = buffer.withUnsafeBufferPointer { octets in
      split(&splitter, UnsafeBufferPointer(rebasing: octets[..<count])) { [names] line in
        let reading = reader.read(line, watching: names)
        switch reading {
        case .malformed(let fault): refused.add(line, fault)
        case .name: if let server = reader.server(in: line) { servers.insert(server) }
        default: break
        }
        tally.add(reading)
      }
    }
    tally.addDiscarded(splitter.discardedLines - discarded)
    (self.reader, self.splitter) = (reader, splitter)
    account.count(tally, refused, at: now())
    account.note(resolvers: servers)
    return (tally, result)
  }

  private func batch(_ tally: SightingTally, of open: FollowPlan.Facts) -> FollowedBatch {
    let position = place(in: open)
    self.position = position
    defer { notes = [] }
    let now = now()
    return FollowedBatch(
      sightings: tally.sightings(source: source, at: now),
      related: tally.relatedSightings(source: source, at: now), tally: tally, position: position, notes: notes
    )
  }

  /// Opens a file in place of the open one. False when it isn't there any more, because rotation gave its name to
  /// another, or when it is compressed and damaged: then another look may choose another one.
  private func open(_ chosen: FollowPlan.Facts, at start: Int64) throws(FollowerError) -> Bool {
    guard var opened = try FollowedFile.open(folder: folder.folder, name: chosen.name),
      let facts = try opened.facts(), facts.isSameFile(as: chosen)
    else { return false }
    if opened.fault != nil || facts.isCompressed && facts.size < start {
      notes.append(.damaged)
      unusable.insert(chosen)
      return false
    }
    // A stop within a line that was being discarded must not begin with the rest of it.
    var last: [UInt8] = [0x0a]
    if reader.needsHeader {
      var top = [UInt8](repeating: 0, count: LineSplitter.longestLine)
      top.removeLast(top.count - (try opened.read(into: &top, at: 0)))
      top.withUnsafeBufferPointer { reader.readHeader($0) }
    }
    if start > 0 { _ = try opened.read(into: &last, at: start - 1) }
    splitter = LineSplitter(withinLine: last != [0x0a])
    known = facts.head
    offset = start
    seen = start
    grewAt = .now
    position = place(in: facts)
    file = consume opened
    account.saw(size: facts.size)
    return true
  }

  private func place(in open: FollowPlan.Facts) -> FollowerPosition {
    FollowerPosition(path: path, device: open.device, inode: open.inode, head: open.head, offset: offset)
  }

  private func close() { file = nil }
}
