import Deciding

/// Decides which file to read, and from where, out of what was seen in the folder. Pure: `FileFollower` looks and acts.
enum FollowPlan {
  /// How many of a file's first octets tell it from another: a file system gives the inode of a deleted file to the
  /// next one.
  static let headLength = 256

  /// A file as it was found.
  struct Facts: Sendable, Hashable {
    /// The file's name in its folder.
    let name: String
    let device: UInt64
    let inode: UInt64
    let size: Int64
    /// The last change, in nanoseconds since the epoch.
    let modified: Int64
    /// Its first octets, up to `headLength`.
    let head: [UInt8]
    /// Whether it is in the gzip format. Then `head` is of its content, and `size` too once it was read through; before
    /// that it is 1 for a file with content.
    var isCompressed = false

    func isSameFile(as other: Facts) -> Bool { device == other.device && inode == other.inode }

    /// Whether it holds what had been read up to `position`, and is the very file.
    func isFile(of position: FollowerPosition) -> Bool {
      !isCompressed && device == position.device && inode == position.inode && continues(position)
    }

    /// Whether it holds what had been read up to `position`, as the file itself or as a copy of it.
    func continues(_ position: FollowerPosition) -> Bool {
      (isCompressed || size >= position.offset) && head.starts(with: position.head)
    }
  }

  /// Where to read on.
  struct Start: Sendable, Hashable {
    let name: String
    let offset: Int64
    /// Why this isn't simply where it stopped; nil when it is.
    let note: FollowerNote?
  }

  /// Where to begin, or to go on after a restart or a truncation. `live` is the file under the followed path,
  /// `rotated` are the files beside it that may be earlier ones. Nil when there is nothing to read yet.
  static func start(position: FollowerPosition?, live: Facts?, rotated: [Facts]) -> Start? {
    guard let position else { return live.map { Start(name: $0.name, offset: 0, note: nil) } }
    if let live, live.isFile(of: position) {
      return Start(name: live.name, offset: position.offset, note: nil)
    }
    // Renamed away: the same file under another name.
    if let file = rotated.first(where: { $0.isFile(of: position) }) {
      return Start(name: file.name, offset: position.offset, note: .rotated)
    }
    // Copied and truncated: the copy has another inode but begins the same. An empty head would match anything.
    if !position.head.isEmpty {
      let copies = rotated.filter { $0.continues(position) }.sorted { $0.isNumbered && !$1.isNumbered }
      if let copy = copies.first(where: { !$0.isCompressed }) {
        return Start(name: copy.name, offset: position.offset, note: .truncated)
      }
      // Renamed or copied, and compressed since.
      if let copy = copies.first { return Start(name: copy.name, offset: position.offset, note: .rotated) }
      if let live, live.continues(position) {
        return Start(name: live.name, offset: position.offset, note: .rotated)
      }
    }
    guard let live else { return nil }
    let wasTruncated = live.device == position.device && live.inode == position.inode
    return Start(name: live.name, offset: 0, note: wasTruncated ? .truncated : .lostPosition)
  }

  /// The file that was written after `current`, to be read from its beginning; nil when `current` is the newest one
  /// with anything in it.
  static func successor(of current: Facts, live: Facts?, rotated: [Facts]) -> Facts? {
    let between = rotated.filter { file in
      file.isNumbered && file.size > 0 && !file.isSameFile(as: current) && file.head != current.head
        && isLater(file, than: current) && live.map { !file.isSameFile(as: $0) } != false
    }
    if let next = between.min(by: { isLater($1, than: $0) }) { return next }
    guard let live, !live.isSameFile(as: current), live.size > 0 else { return nil }
    return live
  }

  /// What to do with the open file.
  enum Action: Sendable, Hashable {
    case read
    /// It isn't what it was: truncated, or written anew.
    case restart
    /// It is read to its end, and another follows it.
    case advance
    case wait
  }

  /// `known` is how the file began, `seen` how far it was read (with a last line that has no end yet), `quiet` for how
  /// long it hasn't grown. A writer may go on writing to a file that was renamed until it opens the new one, so the
  /// old one is only left when the new one has content and the old one was quiet for `settle`.
  static func action(
    open: Facts, known: [UInt8], seen: Int64, hasSuccessor: Bool, quiet: Duration, settle: Duration
  ) -> Action {
    if open.size < seen || !open.head.starts(with: known) { return .restart }
    if open.size > seen { return .read }
    return hasSuccessor && quiet >= settle ? .advance : .wait
  }

  private static func isLater(_ left: Facts, than right: Facts) -> Bool {
    if left.modified != right.modified { return left.modified > right.modified }
    // Changed within one tick of the clock: `.1` is later than `.2`, and a later date is later.
    guard let a = left.number, let b = right.number, a != b else { return false }
    return a >= 10_000_000 ? a > b : a < b
  }
}

extension FollowPlan.Facts {
  /// Whether the name ends as rotation numbers or dates files: `dnsmasq.log.1`, `dnsmasq.log-20261123`,
  /// `dnsmasq.log.2.gz`.
  var isNumbered: Bool { number != nil }

  var number: Int? {
    let name = isCompressed && name.hasSuffix(".gz") ? name.dropLast(3) : name[...]
    guard let mark = name.lastIndex(where: { $0 == "." || $0 == "-" }) else { return nil }
    return Int(name[name.index(after: mark)...])
  }
}

/// What a person should know of how a file was followed.
package enum FollowerNote: String, Sendable, Hashable, CaseIterable {
  /// The file was renamed away and the rest of it read under its new name.
  case rotated
  /// The file was truncated. What was written between the copy and the truncation is gone, whoever reads it.
  case truncated
  /// The file of the stored position is gone, so lines may have been missed; reading began anew.
  case lostPosition
  /// A compressed file that may hold what came next is damaged, and nothing of it was read.
  case damaged
}
