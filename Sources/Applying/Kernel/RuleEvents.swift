import Dispatch
import Glibc

/// Tells when somebody removes something from nftables, as a reload of the firewall does: the kernel's own
/// notifications, which `nft monitor` shows as well.
///
/// A hint to look, not what happened: messages may be lost, and then the next look finds out.
package final class RuleEvents {
  private let source: any DispatchSourceRead

  // <linux/netlink.h>, <linux/netfilter/nfnetlink.h>, <linux/netfilter/nf_tables.h>: Glibc's module lacks them.
  private static let family: Int32 = 16  // AF_NETLINK
  private static let netfilter: Int32 = 12  // NETLINK_NETFILTER
  private static let group: UInt32 = 1 << 6  // NFNLGRP_NFTABLES is 7
  private static let subsystem: UInt8 = 10  // NFNL_SUBSYS_NFTABLES
  /// Tables, sets and elements that are deleted: NFT_MSG_DELTABLE, DELSET, DELSETELEM.
  private static let removals: Set<UInt8> = [2, 11, 14]

  /// Listens; nil where this process may not (it takes CAP_NET_ADMIN).
  package init?(_ onRemoval: @escaping @Sendable () -> Void) {
    let type = Int32(SOCK_RAW.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    let descriptor = socket(Self.family, type, Self.netfilter)
    guard descriptor >= 0 else { return nil }
    // struct sockaddr_nl: family, padding, port (0: the kernel chooses), groups.
    var address: (UInt16, UInt16, UInt32, UInt32) = (UInt16(Self.family), 0, 0, Self.group)
    let bound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, 12) }
    }
    guard bound == 0 else {
      close(descriptor)
      return nil
    }
    source = DispatchSource.makeReadSource(
      fileDescriptor: descriptor, queue: DispatchQueue(label: "postern.rule-events"))
    source.setEventHandler {
      if Self.holdsRemoval(descriptor) { onRemoval() }
    }
    source.setCancelHandler { close(descriptor) }
    source.activate()
  }

  deinit { source.cancel() }

  /// Takes all waiting messages, and returns whether one of them is about a removal, or some were lost.
  private static func holdsRemoval(_ descriptor: Int32) -> Bool {
    var found = false
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = recv(descriptor, &buffer, buffer.count, 0)
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == ENOBUFS {
        found = true
        continue
      }
      guard count > 0 else { return found }
      found = found || Self.isRemoval(buffer[..<count])
    }
  }

  /// Whether a packet of netlink messages has a removal: length (4), type (2: message and subsystem), and so on.
  package static func isRemoval(_ packet: ArraySlice<UInt8>) -> Bool {
    var rest = packet
    while rest.count >= 16 {
      let start = rest.startIndex
      let length = (0..<4).reduce(0) { $0 | Int(rest[start + $1]) << (8 * $1) }
      guard length >= 16 else { return false }
      if rest[start + 5] == subsystem, removals.contains(rest[start + 4]) { return true }
      rest = rest.dropFirst((length + 3) & ~3)
    }
    return false
  }
}
