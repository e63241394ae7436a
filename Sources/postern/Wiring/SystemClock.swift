import Deciding
import Foundation
import Refreshing

/// The wall clock of the machine.
struct SystemClock: WallClock {
  var now: Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
  }

  func sleep(for span: Duration) async { try? await Task.sleep(for: span) }
}
