import Deciding
import FoundationEssentials
import Publishing
import Synchronization

/// Which generation each receiver has taken last, in a file: what was published while the service was away, or could not
/// be delivered before it ended, is delivered after a start, and nothing else is.
package final class WebhookMemory: Sendable {
  private let path: String
  private let delivered: Mutex<[String: Delivery]>

  /// What a receiver took of a set.
  private struct Delivery: Codable, Hashable {
    let generation: Int64
    /// Another history may have the same number.
    let sha256: String

    init(_ pointer: GenerationPointer) {
      generation = pointer.generation.number
      sha256 = pointer.sha256
    }
  }

  /// Reads the file; one that is missing or damaged remembers nothing, so that each receiver is told once more.
  package init(_ path: String) {
    self.path = path
    let known = try? JSONDecoder().decode(
      [String: Delivery].self, from: Data(contentsOf: URL(filePath: path)))
    delivered = Mutex(known ?? [:])
  }

  /// Whether the receiver took exactly this generation last.
  func has(_ pointer: GenerationPointer, _ target: WebhookTarget) -> Bool {
    delivered.withLock { $0[Self.key(pointer.set, target)] == Delivery(pointer) }
  }

  /// Remembers a delivery.
  ///
  /// - Throws: `AtomicFileError`.
  func note(_ pointer: GenerationPointer, _ target: WebhookTarget) throws(AtomicFileError) {
    // The file is written under the lock too, or an older state could be the last to be written.
    try delivered.withLock { delivered throws(AtomicFileError) in
      delivered[Self.key(pointer.set, target)] = Delivery(pointer)
      let encoder = JSONEncoder()
      encoder.outputFormatting = .sortedKeys
      guard let text = try? encoder.encode(delivered) else { return }
      _ = try AtomicFile(path).replace(with: Array(text), modified: pointer.at, mode: 0o600)
    }
  }

  /// The receiver's URL may hold a secret, so only its digest is written down.
  private static func key(_ set: SetName, _ target: WebhookTarget) -> String {
    "\(Digest.computing(body: Array(target.url.utf8))) \(set)"
  }
}
