import CAres
import DNS

/// What the connections to one upstream over TLS share: who it must be, the authorities, and the last session.
/// Confined to the engine's thread.
final class TLSPeer {
  let pointer: OpaquePointer

  /// Nil without memory.
  init?(_ upstream: Upstream) {
    let pointer = pca_tls_open(
      upstream.identity.name?.text, upstream.address.description, upstream.identity.roots)
    guard let pointer else { return nil }
    self.pointer = pointer
  }

  deinit { pca_tls_close(pointer) }
}
