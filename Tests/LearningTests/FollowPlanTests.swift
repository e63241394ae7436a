import Deciding
import Testing

@testable import Learning

@Suite struct FollowPlanTests {
  typealias Facts = FollowPlan.Facts

  /// A file whose content begins with its `text`.
  static func file(
    _ name: String, inode: UInt64, size: Int64, modified: Int64 = 0, head text: String = "first line"
  ) -> Facts {
    Facts(name: name, device: 1, inode: inode, size: size, modified: modified, head: Array(text.utf8))
  }

  static func position(inode: UInt64, offset: Int64, head: String = "first line") -> FollowerPosition {
    FollowerPosition(path: "l", device: 1, inode: inode, head: Array(head.utf8), offset: offset)
  }

  struct StartCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let position: FollowerPosition?
    let live: Facts?
    let rotated: [Facts]
    let start: FollowPlan.Start?

    init(
      _ description: String, _ position: FollowerPosition?, _ live: Facts?, _ rotated: [Facts],
      _ start: FollowPlan.Start?
    ) {
      testDescription = description
      self.position = position
      self.live = live
      self.rotated = rotated
      self.start = start
    }
  }

  static func start(_ name: String, _ offset: Int64, _ note: FollowerNote? = nil) -> FollowPlan.Start {
    FollowPlan.Start(name: name, offset: offset, note: note)
  }

  @Test(
    "a start at the wrong place loses lines or counts them twice",
    arguments: [
      StartCase("nothing there", nil, nil, [], nil),
      StartCase("first start", nil, file("l", inode: 1, size: 9), [], start("l", 0)),
      StartCase("nothing there any more", position(inode: 1, offset: 5), nil, [], nil),
      StartCase(
        "same file", position(inode: 1, offset: 50), file("l", inode: 1, size: 90), [], start("l", 50)),
      StartCase(
        "grown since its head was short", position(inode: 1, offset: 5, head: "first"),
        file("l", inode: 1, size: 90), [], start("l", 5)),
      StartCase(
        "renamed", position(inode: 1, offset: 50), file("l", inode: 2, size: 90, head: "other"),
        [file("l.1", inode: 1, size: 60)], start("l.1", 50, .rotated)),
      StartCase(
        "renamed, and nothing new yet", position(inode: 1, offset: 50), nil,
        [file("l.1", inode: 1, size: 60)],
        start("l.1", 50, .rotated)),
      StartCase(
        "renamed twice", position(inode: 1, offset: 50), file("l", inode: 3, size: 90, head: "third"),
        [file("l.1", inode: 2, size: 60, head: "other"), file("l.2", inode: 1, size: 60)],
        start("l.2", 50, .rotated)),
      StartCase(
        "copied and truncated", position(inode: 1, offset: 50), file("l", inode: 1, size: 9, head: "other"),
        [file("l.1", inode: 2, size: 60)], start("l.1", 50, .truncated)),
      StartCase(
        "copied by rotation rather than by hand", position(inode: 1, offset: 50),
        file("l", inode: 1, size: 9, head: "other"),
        [file("l.bak", inode: 3, size: 60), file("l.1", inode: 2, size: 60)], start("l.1", 50, .truncated)),
      StartCase(
        "truncated without a copy", position(inode: 1, offset: 50), file("l", inode: 1, size: 9),
        [file("l.1", inode: 2, size: 40)], start("l", 0, .truncated)),
      StartCase(
        "truncated and grown beyond", position(inode: 1, offset: 50),
        file("l", inode: 1, size: 90, head: "other"), [],
        start("l", 0, .truncated)),
      StartCase(
        "deleted, and the inode given to the next file", position(inode: 1, offset: 5),
        file("l", inode: 1, size: 90, head: "fresh line"), [], start("l", 0, .truncated)),
      StartCase(
        "gone", position(inode: 1, offset: 50), file("l", inode: 2, size: 90, head: "other"),
        [file("l.1", inode: 3, size: 90, head: "another")], start("l", 0, .lostPosition)),
      StartCase(
        "restored from a copy", position(inode: 1, offset: 50), file("l", inode: 2, size: 90), [],
        start("l", 50, .rotated)),
      StartCase(
        "an empty head matches no copy", position(inode: 1, offset: 0, head: ""),
        file("l", inode: 2, size: 9),
        [file("l.1", inode: 3, size: 60)], start("l", 0, .lostPosition)),
    ])
  func starts(_ example: StartCase) {
    #expect(
      FollowPlan.start(position: example.position, live: example.live, rotated: example.rotated)
        == example.start)
  }

  @Test("the file after a drained one must be the next that was written, not the newest")
  func successors() {
    let first = Self.file("l.3", inode: 1, size: 9, modified: 10, head: "a")
    let second = Self.file("l.2", inode: 2, size: 9, modified: 20, head: "b")
    let third = Self.file("l.1", inode: 3, size: 9, modified: 30, head: "c")
    let live = Self.file("l", inode: 4, size: 9, modified: 40, head: "d")
    let rotated = [third, second, first, Self.file("l.bak", inode: 9, size: 9, modified: 15, head: "e")]
    #expect(FollowPlan.successor(of: first, live: live, rotated: rotated) == second)
    #expect(FollowPlan.successor(of: second, live: live, rotated: rotated) == third)
    #expect(FollowPlan.successor(of: third, live: live, rotated: rotated) == live)
    #expect(FollowPlan.successor(of: live, live: live, rotated: rotated) == nil)
    #expect(FollowPlan.successor(of: third, live: nil, rotated: rotated) == nil)
    let empty = Self.file("l", inode: 4, size: 0, modified: 40, head: "")
    #expect(
      FollowPlan.successor(of: third, live: empty, rotated: rotated) == nil, "the writer hasn't reopened yet")
  }

  @Test("files that changed within one tick must be ordered by their numbers or dates")
  func successorsOfOneTick() {
    let older = Self.file("l.2", inode: 1, size: 9, head: "a")
    let newer = Self.file("l.1", inode: 2, size: 9, head: "b")
    #expect(FollowPlan.successor(of: older, live: nil, rotated: [newer, older]) == newer)
    #expect(FollowPlan.successor(of: newer, live: nil, rotated: [newer, older]) == nil)
    let monday = Self.file("l-20261123", inode: 1, size: 9, head: "a")
    let tuesday = Self.file("l-20261124", inode: 2, size: 9, head: "b")
    #expect(FollowPlan.successor(of: monday, live: nil, rotated: [monday, tuesday]) == tuesday)
    #expect(FollowPlan.successor(of: tuesday, live: nil, rotated: [monday, tuesday]) == nil)
  }

  struct ActionCase: Sendable {
    var size: Int64 = 50
    var head = "first line"
    var known = "first line"
    var hasSuccessor = false
    var quiet = Duration.seconds(3)
    let action: FollowPlan.Action
  }

  @Test(
    "an open file must be read, left or begun anew at the right moment",
    arguments: [
      ActionCase(action: .wait), ActionCase(size: 51, action: .read), ActionCase(size: 49, action: .restart),
      ActionCase(size: 90, head: "other", action: .restart), ActionCase(known: "first", action: .wait),
      ActionCase(hasSuccessor: true, action: .advance),
      ActionCase(hasSuccessor: true, quiet: .seconds(1), action: .wait),
      ActionCase(size: 51, hasSuccessor: true, action: .read),
    ])
  func acts(_ example: ActionCase) {
    let action = FollowPlan.action(
      open: Self.file("l", inode: 1, size: example.size, head: example.head),
      known: Array(example.known.utf8), seen: 50, hasSuccessor: example.hasSuccessor,
      quiet: example.quiet, settle: .seconds(2))
    #expect(action == example.action)
  }
}
