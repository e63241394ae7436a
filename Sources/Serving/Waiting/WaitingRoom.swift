import Deciding
import NIOCore
import Synchronization

/// Everybody who waits for a new generation, bounded. Waiters stay on the event loops of their connections: telling ten
/// thousand of them is one hop to each loop and a write for each.
final class WaitingRoom: Sendable {
  /// How many may wait at a time.
  let most: Int
  private let waiting = Atomic<Int>(0)
  private let state = Mutex(State())

  private struct State {
    var floors: [ObjectIdentifier: Floor] = [:]
    var notices: [SetName: GenerationNotice] = [:]
  }

  private struct Floor {
    let loop: any EventLoop
    let bound: NIOLoopBound<WaitingFloor>
  }

  init(most: Int) { self.most = most }

  /// How many wait now.
  var count: Int { waiting.load(ordering: .relaxed) }

  var isFull: Bool { count >= most }

  /// The newest generation of a set that was told.
  func latest(_ set: SetName) -> GenerationNotice? { state.withLock { $0.notices[set] } }

  /// Tells everybody who waits for the set, from any thread.
  func tell(_ pointer: GenerationPointer) {
    let notice = GenerationNotice(pointer)
    let floors = state.withLock { state in
      state.notices[pointer.set] = notice
      return Array(state.floors.values)
    }
    for floor in floors { floor.loop.execute { floor.bound.value.tell(notice) } }
  }

  /// The part of the room on an event loop. Call it there.
  func floor(on loop: any EventLoop) -> WaitingFloor {
    let found = state.withLock { $0.floors[ObjectIdentifier(loop)] }
    if let found { return found.bound.value }
    let made = WaitingFloor(self, loop)
    let bound = NIOLoopBound(made, eventLoop: loop)
    state.withLock { $0.floors[ObjectIdentifier(loop)] = Floor(loop: loop, bound: bound) }
    return made
  }

  /// Takes a place; false when none is left.
  fileprivate func enter() -> Bool {
    guard waiting.add(1, ordering: .relaxed).newValue <= most else {
      waiting.subtract(1, ordering: .relaxed)
      return false
    }
    return true
  }

  fileprivate func leave() { waiting.subtract(1, ordering: .relaxed) }
}

/// Somebody who waits, on the event loop of its connection.
protocol Waiter: AnyObject {
  /// Nil when it doesn't wait any more.
  var awaited: SetName? { get }
  func tell(_ notice: GenerationNotice)
  /// Called every quarter of a minute.
  func beat()
}

/// Those who wait on one event loop. It never leaves the loop.
final class WaitingFloor {
  private unowned let room: WaitingRoom
  private let loop: any EventLoop
  private var waiters: [ObjectIdentifier: any Waiter] = [:]
  private var heart: RepeatedTask?

  /// Between two heartbeats: proxies and NATs forget a connection after a minute without octets, some after 30 seconds.
  static let pause = TimeAmount.seconds(15)

  init(_ room: WaitingRoom, _ loop: any EventLoop) {
    self.room = room
    self.loop = loop
  }

  /// False when the room is full.
  func enter(_ waiter: any Waiter) -> Bool {
    guard room.enter() else { return false }
    waiters[ObjectIdentifier(waiter)] = waiter
    if heart == nil {
      let bound = NIOLoopBound(self, eventLoop: loop)
      heart = loop.scheduleRepeatedTask(initialDelay: Self.pause, delay: Self.pause) { _ in bound.value.beat()
      }
    }
    return true
  }

  /// Does nothing for one who isn't here.
  func leave(_ waiter: any Waiter) {
    guard waiters.removeValue(forKey: ObjectIdentifier(waiter)) != nil else { return }
    room.leave()
    if waiters.isEmpty {
      heart?.cancel()
      heart = nil
    }
  }

  func tell(_ notice: GenerationNotice) {
    // Whoever is told may leave: the list is copied.
    for waiter in Array(waiters.values) where waiter.awaited == notice.pointer.set { waiter.tell(notice) }
  }

  private func beat() { for waiter in Array(waiters.values) { waiter.beat() } }
}
