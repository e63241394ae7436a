import Deciding
import Publishing
import Synchronization
import Testing

@testable import Serving

@Suite struct RepresentationCacheTests {
  private final class Renders: Sendable {
    let count = Mutex(0)
  }

  @Test("a slot renders once, however many ask, and keeps a failure too")
  func once() async throws {
    let slot = RepresentationCache.Slot()
    let renders = Renders()
    let snapshot = try TestServer.published(["20.0.0.1"]).snapshot
    let parameters = try RepresentationParameters([])
    await withDiscardingTaskGroup { group in
      for _ in 0..<32 {
        group.addTask {
          _ = try? slot.representation { () throws(RenderError) in
            renders.count.withLock { $0 += 1 }
            return try Representation(snapshot, parameters)
          }
        }
      }
    }
    #expect(renders.count.withLock { $0 } == 1)
    let failing = RepresentationCache.Slot()
    let only6 = try RepresentationParameters([("family", "6")])
    for _ in 0..<2 {
      #expect(throws: RenderError.empty(snapshot.set, .ipv6)) {
        try failing.representation { () throws(RenderError) in
          renders.count.withLock { $0 += 1 }
          return try Representation(snapshot, only6)
        }
      }
    }
    #expect(renders.count.withLock { $0 } == 2)
  }

  @Test("the least recently asked variant goes first, and no more than the bound are kept")
  func bounded() {
    var cache = RepresentationCache()
    func key(_ number: Int) -> RepresentationCache.Key {
      var options = RenderOptions()
      options.maxEntries = number
      return RepresentationCache.Key(format: "plain", options: options)
    }
    let first = cache.slot(for: key(0))
    let second = cache.slot(for: key(1))
    for number in 2..<RepresentationCache.most { _ = cache.slot(for: key(number)) }
    #expect(cache.slot(for: key(0)) === first)
    _ = cache.slot(for: key(1000))
    #expect(cache.slot(for: key(0)) === first)
    #expect(cache.slot(for: key(1)) !== second)
  }
}
