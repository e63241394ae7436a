import CAres
import DNS
import Deciding
import NIOConcurrencyHelpers
import Synchronization

/// A caller who waits for a lookup.
struct Job: Sendable {
  let ticket: Ticket
  /// Resumed exactly once, by whoever holds the job last.
  let continuation: CheckedContinuation<Lookup, Never>
}

/// What is asked, and the tie between a caller's cancellation and its lookup, whichever of the two reaches the engine
/// first. A class, because the engine touches it several times for each packet: one count instead of two strings'.
final class Ticket: Sendable {
  let question: Question
  let vantage: Vantage
  private let cancelled = Atomic(false)
  private let place = Atomic<UInt64>(.max)

  init(_ question: Question, at vantage: Vantage) {
    self.question = question
    self.vantage = vantage
  }

  var isCancelled: Bool { cancelled.load(ordering: .acquiring) }

  func cancel() { cancelled.store(true, ordering: .releasing) }

  /// Where the engine keeps the lookup; nil before it has it. The engine's thread alone reads and writes it.
  var token: UInt64? {
    let token = place.load(ordering: .relaxed)
    return token == .max ? nil : token
  }

  func place(_ token: UInt64) { place.store(token, ordering: .relaxed) }
}

/// What callers leave for the engine's thread. It wakes the engine only when that sleeps.
final class Inbox: Sendable {
  /// What the engine sleeps on. It watches the inbox with `UInt64.max` as the event's data.
  let pollDescriptor: Int32
  private let wakeDescriptor: Int32
  private let contents = NIOLockedValueBox(Contents())

  struct Contents {
    var jobs = [Job]()
    var cancelled = [Ticket]()
    var upstreams: [Upstream]?
    var isStopping = false
    /// Whether the engine must be woken to look.
    var isReaderAsleep = false

    var isEmpty: Bool { jobs.isEmpty && cancelled.isEmpty && upstreams == nil && !isStopping }
  }

  /// Nil when the process is out of descriptors.
  init?() {
    wakeDescriptor = pca_wake_open()
    pollDescriptor = pca_poll_open()
    guard wakeDescriptor >= 0, pollDescriptor >= 0,
      pca_poll_watch(pollDescriptor, wakeDescriptor, .max) == 0
    else { return nil }
  }

  deinit {
    pca_descriptor_close(pollDescriptor)
    pca_descriptor_close(wakeDescriptor)
  }

  /// Leaves a job; false when the engine is stopping, and then the caller keeps it.
  func submit(_ job: Job) -> Bool {
    leave { contents in
      guard !contents.isStopping else { return false }
      contents.jobs.append(job)
      return true
    }
  }

  func cancel(_ ticket: Ticket) {
    ticket.cancel()
    leave { $0.cancelled.append(ticket) }
  }

  func replace(_ upstreams: [Upstream]) { leave { $0.upstreams = upstreams } }

  /// After this no job is accepted.
  func stop() { leave { $0.isStopping = true } }

  /// Says that the reader goes to sleep; false when something waits, and then it must not.
  func sleep() -> Bool {
    contents.withLockedValue { contents in
      contents.isReaderAsleep = contents.isEmpty
      return contents.isReaderAsleep
    }
  }

  /// Takes all that waits. `emptied` brings empty arrays back into use.
  func take(emptied: inout Contents, wasWoken: Bool) {
    if wasWoken { pca_wake_clear(wakeDescriptor) }
    contents.withLockedValue { contents in
      emptied.isStopping = contents.isStopping
      emptied.isReaderAsleep = false
      swap(&contents, &emptied)
    }
  }

  private func leave<Result>(_ change: (inout Contents) -> Result) -> Result {
    let (result, wakes) = contents.withLockedValue { contents in
      let result = change(&contents)
      let wakes = contents.isReaderAsleep && !contents.isEmpty
      if wakes { contents.isReaderAsleep = false }
      return (result, wakes)
    }
    if wakes { pca_wake(wakeDescriptor) }
    return result
  }
}
