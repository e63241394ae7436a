import Deciding
import Dispatch
import Glibc

/// Says when to look at a file again: when the kernel reports a change in its folder (inotify), which is a hint, and
/// at regular intervals, which is the truth.
final class FolderWakeups {
  /// One element for each reason to look; reasons that come together count once.
  let stream: AsyncStream<Void>
  private let timer: any DispatchSourceTimer
  private let events: (any DispatchSourceRead)?

  init(folder: LogFolder, interval: Duration) {
    let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    self.stream = stream
    let queue = DispatchQueue(label: "postern.follow")
    let milliseconds = Int(clamping: max(1, interval.milliseconds))
    timer = DispatchSource.makeTimerSource(queue: queue)
    timer.schedule(
      deadline: .now() + .milliseconds(milliseconds), repeating: .milliseconds(milliseconds),
      leeway: .milliseconds(milliseconds / 10))
    timer.setEventHandler { continuation.yield() }
    timer.activate()
    events = Self.watch(folder, queue: queue) { continuation.yield() }
    events?.activate()
  }

  deinit {
    timer.cancel()
    events?.cancel()
  }

  private static func watch(
    _ folder: LogFolder, queue: DispatchQueue, _ wake: @escaping @Sendable () -> Void
  ) -> (any DispatchSourceRead)? {
    let descriptor = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
    guard descriptor >= 0 else { return nil }
    let mask = UInt32(IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE)
    guard inotify_add_watch(descriptor, folder.folder, mask) >= 0 else {
      close(descriptor)
      return nil
    }
    let source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
    source.setEventHandler {
      if drain(descriptor, lookingFor: folder.name) { wake() }
    }
    source.setCancelHandler { close(descriptor) }
    return source
  }

  /// Takes all waiting events, and returns whether one of them is about the file or a neighbour that begins like it.
  private static func drain(_ descriptor: Int32, lookingFor name: String) -> Bool {
    var isOurs = false
    var buffer = [UInt8](repeating: 0, count: 16 * 1024)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      guard count > 0 else { return isOurs }
      // inotify(7): wd, mask, cookie, len (each 32 bits), then len octets of name, padded with NULs.
      var index = 0
      while index + 16 <= count {
        let length = buffer.withUnsafeBytes {
          Int($0.loadUnaligned(fromByteOffset: index + 12, as: UInt32.self))
        }
        let end = min(count, index + 16 + length)
        if buffer[(index + 16)..<end].starts(with: name.utf8) { isOurs = true }
        index = end
      }
    }
  }
}
