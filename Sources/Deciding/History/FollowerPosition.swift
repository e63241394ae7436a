/// Where the reader of a followed file stands; committed together with what was read.
package struct FollowerPosition: Hashable, Sendable {
  /// The path as configured: the identity under which a position is stored.
  package let path: String
  /// `st_dev`; with `inode` it tells a rotated file from the one that was read.
  package let device: UInt64
  /// `st_ino`; a new file may get an old one's, which is why `head` is compared too.
  package let inode: UInt64
  /// The first octets of the file, at most 256: they tell a new file from an old one with the same inode.
  package let head: [UInt8]
  /// Octets consumed.
  package let offset: Int64

  /// A place to go on from after a restart.
  package init(path: String, device: UInt64, inode: UInt64, head: [UInt8], offset: Int64) {
    self.path = path
    self.device = device
    self.inode = inode
    self.head = head
    self.offset = offset
  }
}
