import Testing

@testable import Recording

@Suite struct BoundedCacheTests {
  @Test func `It never holds more than twice its capacity, and keeps what is in use`() {
    var cache = BoundedCache<Int, Int>(capacity: 10)
    cache.insert(-1, for: -1)
    for number in 0..<1000 {
      cache.insert(number, for: number)
      #expect(cache.value(for: -1) == -1)
      #expect(cache.count <= 20)
    }
    #expect(cache.value(for: 999) == 999)
    #expect(cache.value(for: 0) == nil)
  }

  @Test func `It is empty once emptied`() {
    var cache = BoundedCache<Int, Int>(capacity: 1)
    cache.insert(1, for: 1)
    cache.insert(2, for: 2)
    cache.removeAll()
    #expect(cache.value(for: 1) == nil && cache.value(for: 2) == nil && cache.count == 0)
  }
}
