import DNS
import Deciding

/// What a consumer must do to come from an earlier generation to this one, in entries as they are written.
struct EntryStep {
  /// In this one and not in the earlier; everything when no step was asked for.
  let added: [IPPrefix]
  /// In the earlier one and not in this.
  let removed: [IPPrefix]

  /// - Throws: `noPrevious` when a generation was asked for and another one, or none, is at hand. Generation 0 is the
  ///   empty set before all.
  init(to entries: EntryList, _ options: RenderOptions, _ context: RenderContext) throws(RenderError) {
    let now = entries.ipv4 + entries.ipv6
    guard let since = options.since, since.number > 0 else {
      added = now
      removed = []
      return
    }
    guard let previous = context.previous, previous.generation == since else { throw .noPrevious(since) }
    var options = options
    options.maxEntries = nil
    // A generation without the asked family is a step like any other.
    let before: [IPPrefix]
    do { before = try EntryList(previous, options).all } catch { before = [] }
    let (old, new) = (Set(before), Set(now))
    added = now.filter { !old.contains($0) }
    removed = before.filter { !new.contains($0) }
  }
}

extension EntryList {
  /// IPv4 before IPv6.
  var all: [IPPrefix] { ipv4 + ipv6 }
}
