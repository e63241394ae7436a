/// How far a follower came: everything before it has been reported, nothing after it. To be stored together with the
/// effect of the batch that it came with, so that both last or neither does.
package struct FollowerPosition: Sendable, Hashable, CustomStringConvertible {
  package let file: FileIdentity
  /// Octets from the beginning of the file.
  package let offset: Int64

  package init(file: FileIdentity, offset: Int64) {
    self.file = file
    self.offset = offset
  }

  /// Five decimal numbers: device, inode, length and hash of the head, offset.
  package var description: String {
    "\(file.device) \(file.inode) \(file.head.length) \(file.head.hash) \(offset)"
  }

  /// Reads what `description` writes; nil for anything else.
  package init?(_ text: some StringProtocol) {
    let fields = text.split(separator: " ", omittingEmptySubsequences: false)
    guard fields.count == 5, let device = UInt64(fields[0]), let inode = UInt64(fields[1]),
      let length = Int(fields[2]), (0...FileHead.longest).contains(length), let hash = UInt64(fields[3]),
      let offset = Int64(fields[4]), offset >= 0
    else { return nil }
    self.init(
      file: FileIdentity(device: device, inode: inode, head: FileHead(length: length, hash: hash)),
      offset: offset)
  }
}
