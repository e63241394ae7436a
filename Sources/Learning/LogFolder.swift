import Glibc

/// The folder of a followed file: what lies under its path now, and which files beside it may be earlier ones.
struct LogFolder: Sendable {
  let folder: String
  let name: String
  /// Compressed files that were looked at: what is in them doesn't change.
  private var compressed = [Compressed: FollowPlan.Facts]()

  private struct Compressed: Hashable {
    let name: String
    let stamp: FollowPlan.Facts
  }

  init(path: String) {
    let slash = path.lastIndex(of: "/")
    name = slash.map { String(path[path.index(after: $0)...]) } ?? path
    folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
  }

  /// The file under the path; nil when there is none.
  func live() throws(FollowerError) -> FollowPlan.Facts? { try facts(name) }

  /// The files `NAME.*` and `NAME-*`, in the gzip format or not compressed. One that can't be read is left out, and so
  /// is a compressed one beside which its original still lies: it isn't finished, and its time isn't the original's yet.
  mutating func rotated() -> [FollowPlan.Facts] {
    // A rotation between the list and a look at one of its files would show a file twice and hide another.
    for _ in 0..<4 {
      let names = rotatedNames()
      let rotated = facts(of: names)
      if rotated.allSatisfy(isStillThere), rotatedNames() == names { return rotated }
    }
    return facts(of: rotatedNames())
  }

  private func rotatedNames() -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var names = [String]()
    while let entry = readdir(directory) {
      let found = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        String(cString: UnsafeRawPointer(pointer).assumingMemoryBound(to: CChar.self))
      }
      if isRotated(found) { names.append(found) }
    }
    return names.sorted()
  }

  private mutating func facts(of names: [String]) -> [FollowPlan.Facts] {
    let originals = Set(names)
    var (rotated, seen) = ([FollowPlan.Facts](), [Compressed: FollowPlan.Facts]())
    for name in names {
      guard let facts = try? facts(name) else { continue }
      guard name.hasSuffix(".gz") else {
        rotated.append(facts)
        continue
      }
      guard !originals.contains(String(name.dropLast(3))) else { continue }
      let key = Compressed(name: name, stamp: facts)
      guard let content = compressed[key] ?? (try? GzipFile.look(folder: folder, name: name)) else {
        continue
      }
      seen[key] = content
      rotated.append(content)
    }
    compressed = seen
    return rotated
  }

  private func isStillThere(_ file: FollowPlan.Facts) -> Bool {
    var status = stat()
    return stat(folder == "/" ? "/" + file.name : folder + "/" + file.name, &status) == 0
      && UInt64(status.st_dev) == file.device && UInt64(status.st_ino) == file.inode
  }

  /// Whether a name is what rotation makes of ours.
  func isRotated(_ other: String) -> Bool {
    guard other.hasPrefix(name + ".") || other.hasPrefix(name + "-") else { return false }
    return ![".xz", ".bz2", ".zst", ".lz4", ".Z", ".swp"].contains { other.hasSuffix($0) }
  }

  private func facts(_ name: String) throws(FollowerError) -> FollowPlan.Facts? {
    guard let file = try OpenFile(folder: folder, name: name) else { return nil }
    return try file.facts()
  }
}
