import Deciding
import Learning
import Logging
import Refreshing
import ServiceLifecycle

/// Follows a log and hands what it says to the worker; a file that can't be read is tried again.
struct SightingFeed: Service {
  let follower: FileFollower
  let path: String
  let worker: ResolverWorker
  let logger: Logger

  func run() async throws {
    _ = await cancelWhenGracefulShutdown {
      var lastFault: String?
      while !Task.isCancelled {
        do {
          let batch = try await follower.next()
          lastFault = nil
          for note in batch.notes {
            logger.info("the followed file changed", metadata: ["source.path": "\(path)", "source.change": "\(note)"])
          }
          await worker.observe(batch.sightings, position: batch.position.stored(for: path))
        } catch is CancellationError {
          return
        } catch {
          let fault = "\(error)"
          if fault != lastFault {
            logger.warning("a source can't be read", metadata: ["source.path": "\(path)", "error": "\(fault)"])
          }
          lastFault = fault
          try? await Task.sleep(for: .seconds(5))
        }
      }
    }
  }
}

extension Learning.FollowerPosition {
  /// As the history keeps it: the head by its length and hash.
  func stored(for path: String) -> Deciding.FollowerPosition {
    let head = (0..<2).map { UInt8(truncatingIfNeeded: file.head.length >> (8 * $0)) }
      + (0..<8).map { UInt8(truncatingIfNeeded: file.head.hash >> UInt64(8 * $0)) }
    return Deciding.FollowerPosition(path: path, device: file.device, inode: file.inode, head: head, offset: offset)
  }

  /// What `stored` wrote; nil for anything else.
  init?(_ stored: Deciding.FollowerPosition) {
    guard stored.head.count == 10, stored.offset >= 0 else { return nil }
    let length = stored.head[0..<2].reversed().reduce(0) { $0 << 8 | Int($1) }
    let hash = stored.head[2...].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    guard (0...FileHead.longest).contains(length) else { return nil }
    self.init(
      file: FileIdentity(device: stored.device, inode: stored.inode, head: FileHead(length: length, hash: hash)),
      offset: stored.offset)
  }
}
