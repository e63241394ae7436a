/// What tells one file from another across renames: device and inode, and how the file begins, because a file system
/// gives the inode of a deleted file to the next one.
package struct FileIdentity: Sendable, Hashable {
  package let device: UInt64
  package let inode: UInt64
  package let head: FileHead

  package init(device: UInt64, inode: UInt64, head: FileHead) {
    self.device = device
    self.inode = inode
    self.head = head
  }
}

/// How a file begins: the hash of its first octets, not the octets, since logs begin with clients' addresses.
package struct FileHead: Sendable, Hashable {
  /// The most octets that count.
  package static let longest = 256

  /// How many octets are hashed, 0 to 256; a young file has fewer.
  package let length: Int
  /// FNV-1a, 64 bits.
  package let hash: UInt64

  package init(length: Int, hash: UInt64) {
    self.length = length
    self.hash = hash
  }

  /// Of the first octets of a file.
  package init(of octets: some Collection<UInt8>) {
    let head = octets.prefix(Self.longest)
    length = head.count
    hash = head.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
  }

  /// Whether a file that begins with `octets` began this way before it grew.
  package func matches(_ octets: some Collection<UInt8>) -> Bool {
    octets.count >= length && FileHead(of: octets.prefix(length)).hash == hash
  }
}
