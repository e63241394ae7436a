import Applying
import DNS
import Deciding
import Publishing

/// What was, or would be, changed in the kernel.
struct ChangeText {
  let changes: [SetChange]
  let wanted: WantedSet
  let isDryRun: Bool

  /// A line for each element, `+` or `-`, in a dry run; then a line for each of the kernel's sets. As JSON an object for
  /// each of them.
  func write(asJSON: Bool) {
    if asJSON {
      for change in changes { Console.write(json(change)) }
      return
    }
    for change in changes {
      if isDryRun {
        for element in change.removed { Console.line("- \(change.set) \(element)") }
        for element in change.added { Console.line("+ \(change.set) \(element)") }
      }
      let count = change.kept + change.added.count
      if change.isNone {
        Console.line("\(change.set): in step, \(count) elements")
      } else {
        Console.line(
          "\(change.set): \(count) elements, \(change.added.count) added, \(change.removed.count) removed"
            + (change.isNew ? ", new" : "") + (isDryRun ? " (dry run)" : ""))
      }
    }
  }

  private func json(_ change: SetChange) -> [UInt8] {
    var json = JSONText(reserving: 1024)
    json.beginObject()
    json.string(wanted.set.text, "set")
    if let generation = wanted.generation { json.number(generation.number, "generation") }
    json.string(change.set, "kernel_set")
    json.number(change.family.rawValue, "family")
    json.boolean(isDryRun, "dry_run")
    json.boolean(change.isNew, "new")
    json.number(change.kept + change.added.count, "entries")
    json.strings(change.added.map(\.description), "added")
    json.strings(change.removed.map(\.description), "removed")
    json.endObject()
    json.endLine()
    return json.bytes
  }
}
