import CAres

/// Bits from the kernel's generator, fetched many at a time: query ids, letter case and jitter must not be guessed.
struct RandomBits: RandomNumberGenerator {
  private var words = [UInt64](repeating: 0, count: 256)
  private var used = 256

  mutating func next() -> UInt64 {
    if used == words.count {
      words.withUnsafeMutableBytes { pca_random($0.baseAddress, $0.count) }
      used = 0
    }
    defer { used += 1 }
    return words[used]
  }
}
