/// An open log, as it is or compressed.
struct FollowedFile: ~Copyable {
  let path: String
  /// Why a compressed file can't be read; it was read through when it was opened, so that nothing of a damaged one counts.
  private(set) var fault: GzipFault?
  /// One of the two is there.
  private var plain: OpenFile?
  private var gzip: GzipFile?
  /// A compressed file doesn't change, so what it is was found out when it was opened.
  private var compressedFacts: FollowPlan.Facts?

  private init(plain: consuming OpenFile) {
    path = plain.path
    self.plain = consume plain
    gzip = nil
  }

  private init(compressed: consuming OpenFile, _ facts: FollowPlan.Facts?) {
    path = compressed.path
    plain = nil
    do {
      var file = try GzipFile(compressed)
      compressedFacts = try file.readThrough()
      gzip = consume file
    } catch {
      gzip = nil
      compressedFacts = facts
      fault = error as? GzipFault ?? .damaged
    }
  }

  /// Nil when there is no such regular file.
  static func open(folder: String, name: String) throws(FollowerError) -> FollowedFile? {
    guard let opened = try OpenFile(folder: folder, name: name) else { return nil }
    // Only what rotation compressed: a followed file of that name would be text to its writer.
    guard name.hasSuffix(".gz") else { return FollowedFile(plain: opened) }
    let facts = try opened.facts()
    return FollowedFile(compressed: opened, facts)
  }

  /// What the file is now; nil when it is no regular file.
  func facts() throws(FollowerError) -> FollowPlan.Facts? {
    if let compressedFacts { return compressedFacts }
    return try plain?.facts()
  }

  /// Reads into the whole buffer, or as far as the file goes, and returns how many octets came.
  mutating func read(into buffer: inout [UInt8], at offset: Int64) throws(FollowerError) -> Int {
    if let count = try plain?.read(into: &buffer, at: offset) { return count }
    do {
      return try gzip?.read(into: &buffer, at: offset) ?? 0
    } catch {
      if let error = error as? FollowerError { throw error }
      throw .damaged(path: path, fault: error as? GzipFault ?? .damaged)
    }
  }
}
