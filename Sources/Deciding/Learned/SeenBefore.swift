internal import DNS

/// Remembers which names were turned away lately, in a fixed 4 MiB: a made-up label comes once, a name that clients
/// really use comes again. A newer name may overwrite an older one, and one name in 2³² passes for another.
struct SeenBefore: Sendable {
  private static let slots = 1 << 20
  /// Empty until the first name: most sites never turn one away.
  private var fingerprints: [UInt32] = []

  /// Whether the name was noted since it was last overwritten; notes it.
  mutating func note(_ name: DomainName) -> Bool {
    if fingerprints.isEmpty { fingerprints = [UInt32](repeating: 0, count: Self.slots) }
    // Seeded anew for each process, so that nobody can choose names that overwrite a given one.
    let hash = UInt64(bitPattern: Int64(name.hashValue))
    let slot = Int(truncatingIfNeeded: hash & UInt64(Self.slots - 1))
    let fingerprint = UInt32(truncatingIfNeeded: hash >> 32) | 1
    defer { fingerprints[slot] = fingerprint }
    return fingerprints[slot] == fingerprint
  }
}
