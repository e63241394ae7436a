import DNS

import Publishing

/// The texts for `ipset restore`, which is no transaction: what must happen at once happens in one line.
package enum IPSetScript {
  /// The one line that brings a set in step, when one element comes or goes; nil when it takes more.
  package static func step(_ change: SetChange, held: KernelSet?) -> [UInt8]? {
    guard let held, !held.hasTimeout, held.expiring.isEmpty, change.added.count + change.removed.count == 1
    else {
      return nil
    }
    if let element = change.added.first {
      guard held.ranges.count < held.capacity ?? 0 else { return nil }
      return Array("add \(change.set) \(text(element))\n".utf8)
    }
    return change.removed.first.map { Array("del \(change.set) \(text($0))\n".utf8) }
  }

  /// Fills a new set beside the live one.
  ///
  /// - Parameter capacity: its `maxelem`, which becomes that of the live set.
  package static func preparation(_ change: SetChange, wanted: [AddressRange], capacity: Int) -> [UInt8] {
    let kind = kind(change.family, capacity)
    let new = temporary(change.set)
    var script = Array("destroy \(new) -exist\ncreate \(new) \(kind)\n".utf8)
    script.reserveCapacity(wanted.count * 56 + 128)
    let add = Array("add \(new) ".utf8)
    for element in wanted {
      script.append(contentsOf: add)
      script.append(text: text(element))
      script.appendLineFeed()
    }
    return script
  }

  /// Puts prepared sets in the place of the live ones, each in one step, and removes the old ones. A live set that is
  /// missing is made first, so that rules can name it.
  package static func exchange(_ changes: [SetChange], capacity: (SetChange) -> Int) -> [UInt8] {
    var script = [UInt8]()
    for change in changes where change.isNew {
      script.append(text: "create \(change.set) \(kind(change.family, capacity(change))) -exist\n")
    }
    for change in changes { script.append(text: "swap \(temporary(change.set)) \(change.set)\n") }
    for change in changes { script.append(text: "destroy \(temporary(change.set))\n") }
    return script
  }

  /// Removes what a preparation left.
  package static func cleaning(_ sets: [String]) -> [UInt8] {
    sets.flatMap { Array("destroy \(temporary($0)) -exist\n".utf8) }
  }

  /// The name of the set that is filled beside the live one; at most 31 characters, as the kernel allows, since a set's
  /// name has at most 26.
  package static func temporary(_ set: String) -> String { "\(set)-new" }

  private static func kind(_ family: AddressFamily, _ capacity: Int) -> String {
    "hash:net family \(family == .ipv4 ? "inet" : "inet6") hashsize 1024 maxelem \(capacity)"
  }

  /// Ranges that come from prefixes are written as prefixes: hash:net of IPv6 takes no ranges (ipset(8)).
  private static func text(_ range: AddressRange) -> String {
    let hostBits = (range.last.bits - range.first.bits).nonzeroBitCount
    return IPPrefix(range.first, length: range.first.family.bitWidth - hostBits)?.description
      ?? range.description
  }
}
