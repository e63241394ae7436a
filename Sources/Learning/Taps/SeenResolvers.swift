import DNS
package import Deciding

/// The resolvers that a tap's frames say clients ask: their name and address, never the clients'.
package struct SeenResolvers: Sendable {
  /// Told apart; anybody who reaches the tap may make some up.
  package static let most = 8

  /// In the order in which they were first seen.
  package private(set) var list: [SeenResolver] = []
  /// The last frame's octets, since most frames are of the same resolver as the one before.
  private var lastIdentity: [UInt8] = []
  private var lastAddress: [UInt8] = []
  private var lastPort: UInt64 = 0

  /// Takes in a frame about a client's query.
  mutating func note(_ frame: DnstapFrame) {
    guard let address = frame.responseAddress else { return }
    let port = frame.responsePort ?? 0
    if port == lastPort, address.elementsEqual(lastAddress), Self.isEqual(frame.identity, lastIdentity) {
      return
    }
    (lastAddress, lastPort, lastIdentity) = (Array(address), port, frame.identity.map(Array.init) ?? [])
    // A resolver that listens at all addresses may tell 0.0.0.0.
    guard list.count < Self.most, let place = IPAddress(octets: lastAddress),
      lastAddress.contains(where: { $0 != 0 }),
      (1...65_535).contains(port)
    else { return }
    let name = String(decoding: lastIdentity, as: UTF8.self).filter {
      $0.isLetter || $0.isNumber || ".-_".contains($0)
    }
    let seen = SeenResolver(
      identity: name.isEmpty ? nil : String(name.prefix(64)), address: place.description, port: Int(port))
    if !list.contains(seen) { list.append(seen) }
  }

  private static func isEqual(_ octets: UnsafeRawBufferPointer?, _ last: [UInt8]) -> Bool {
    octets?.elementsEqual(last) ?? last.isEmpty
  }
}
