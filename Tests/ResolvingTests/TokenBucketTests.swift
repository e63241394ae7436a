import Testing

@testable import Resolving

@Suite struct TokenBucketTests {
  @Test func `It lets a burst through, then the rate`() {
    var bucket = TokenBucket(ResolverSettings.Pacing(queriesPerSecond: 10, burst: 3), now: 0)
    var taken = 0
    for now in stride(from: UInt64(0), through: 1_000_000_000, by: 1_000_000) where bucket.hasToken(at: now) {
      bucket.take()
      taken += 1
    }
    #expect(taken == 13)
  }

  @Test func `Repeats leave a debt, and no pacing means no limit`() {
    var bucket = TokenBucket(ResolverSettings.Pacing(queriesPerSecond: 10, burst: 1), now: 0)
    for _ in 0..<3 { bucket.take() }
    let (early, late) = (bucket.hasToken(at: 200_000_000), bucket.hasToken(at: 310_000_000))
    #expect(!early && late)
    var free = TokenBucket(nil, now: 0)
    for _ in 0..<100 { free.take() }
    let isFree = free.hasToken(at: 0)
    #expect(isFree)
  }
}
