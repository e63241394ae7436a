import Deciding
import Synchronization

/// Keeps the service tags that count now where the server finds them without waiting.
final class TagShelf: TagReading {
  private let archive: any TagReading
  private let sharedRanges: [SharedRange]
  private let state: Mutex<TagBook>

  /// - Parameter book: what had been taken up when the service started.
  init(_ archive: any TagReading, _ book: TagBook, sharedRanges: [SharedRange]) {
    self.archive = archive
    self.sharedRanges = sharedRanges
    var book = book
    book.sharedRanges = sharedRanges
    state = Mutex(book)
  }

  /// What counts now.
  var book: TagBook { state.withLock { $0 } }

  func currentTags() async throws -> TagBook {
    var book = try await archive.currentTags()
    book.sharedRanges = sharedRanges
    state.withLock { $0 = book }
    return book
  }
}

extension Configuration {
  /// The newest service tags in a history, with the shared ranges that are configured.
  func tags(from archive: any TagReading) async throws -> TagBook {
    var book = try await archive.currentTags()
    book.sharedRanges = sharedRanges
    return book
  }
}
