internal import DNS

/// Remembers which names were turned away lately, in a fixed 4 MiB: a made-up label comes once, a name that clients
/// really use comes again. Four newer names may push an older one out, and one name in 2³⁰ passes for another.
struct SeenBefore: Sendable {
  private static let buckets = 1 << 18
  private static let places = 4
  /// The names of each bucket, the newest first. Empty until the first name: most sites never turn one away.
  private var fingerprints: [UInt32] = []

  /// Whether the name was noted since it was last pushed out; notes it.
  mutating func note(_ name: DomainName) -> Bool {
    if fingerprints.isEmpty { fingerprints = [UInt32](repeating: 0, count: Self.buckets * Self.places) }
    // Seeded anew for each process, so that nobody can choose names that push a given one out.
    let hash = UInt64(bitPattern: Int64(name.hashValue))
    let bucket = Int(truncatingIfNeeded: hash & UInt64(Self.buckets - 1)) * Self.places
    let fingerprint = UInt32(truncatingIfNeeded: hash >> 32) | 1
    if fingerprints[bucket..<bucket + Self.places].contains(fingerprint) { return true }
    for place in stride(from: bucket + Self.places - 1, to: bucket, by: -1) {
      fingerprints[place] = fingerprints[place - 1]
    }
    fingerprints[bucket] = fingerprint
    return false
  }
}
