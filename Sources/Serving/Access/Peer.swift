import DNS
import NIOCore
import Synchronization

/// The other end of a connection.
final class Peer: Sendable {
  /// Nil when it was gone before anybody could ask.
  let address: IPAddress?
  private let names = Mutex<Set<String>>([])

  /// The peer of the connection that the running task serves.
  @TaskLocal static var current = Peer(nil)

  init(_ address: SocketAddress?) {
    // A scoped address such as fe80::1%eth0 is known without its zone.
    let text = address?.ipAddress.flatMap { $0.split(separator: "%").first }
    self.address = text.flatMap { IPAddress($0)?.unwrapped }
  }

  /// The names in the certificate that it proved in the handshake, in lower case; empty without one.
  var certificateNames: Set<String> {
    get { names.withLock { $0 } }
    set { names.withLock { $0 = newValue } }
  }

  /// What limits count by: an address, or of IPv6 the /64, since one client has as many addresses there as it likes.
  var origin: Origin { Origin(address) }

  /// An IPv4 address, or the /64 of an IPv6 one.
  struct Origin: Hashable, Sendable {
    let prefix: IPPrefix?

    init(_ address: IPAddress?) {
      prefix = address.map { address in
        guard address.family == .ipv6 else { return IPPrefix(address) }
        return IPPrefix(IPAddress(v6: (address.bits >> 64) << 64), length: 64) ?? IPPrefix(address)
      }
    }
  }
}
