import Glibc

/// The folder of a followed file: what lies under its path now, and which files beside it may be earlier ones.
struct LogFolder: Sendable {
  let folder: String
  let name: String

  init(path: String) {
    let slash = path.lastIndex(of: "/")
    name = slash.map { String(path[path.index(after: $0)...]) } ?? path
    folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
  }

  /// The file under the path; nil when there is none.
  func live() throws(FollowerError) -> FollowPlan.Facts? { try facts(name) }

  /// The files `NAME.*` and `NAME-*` that aren't compressed. One that can't be read is left out.
  func rotated() -> [FollowPlan.Facts] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var names = [String]()
    while let entry = readdir(directory) {
      let found = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        String(cString: UnsafeRawPointer(pointer).assumingMemoryBound(to: CChar.self))
      }
      if isRotated(found) { names.append(found) }
    }
    return names.sorted().compactMap { try? facts($0) }
  }

  /// Whether a name is what rotation makes of ours.
  func isRotated(_ other: String) -> Bool {
    guard other.hasPrefix(name + ".") || other.hasPrefix(name + "-") else { return false }
    return ![".gz", ".xz", ".bz2", ".zst", ".lz4", ".Z", ".swp"].contains { other.hasSuffix($0) }
  }

  private func facts(_ name: String) throws(FollowerError) -> FollowPlan.Facts? {
    guard let file = try OpenFile(folder: folder, name: name) else { return nil }
    return try file.facts()
  }
}
