import DNS
import Deciding
import Mustache

/// What a template can name: values made when they are asked for, since most templates ask for few.
enum TemplateValues {
  /// Every name, at whatever level.
  static let names: Set<String> = [
    "set", "generation", "generated_at", "sha256", "count", "entries", "ipv4", "ipv6", "selectors",
    "cidr", "address", "last_address", "length", "netmask", "family", "is_ipv4", "is_ipv6", "is_host",
    "names",
    "first_seen", "last_seen",
  ]

  /// The library's functions that work on these values.
  static let transforms: Set<String> = [
    "first", "last", "index", "even", "odd", "plusone", "minusone", "equalzero", "count", "empty",
    "lowercased",
    "uppercased", "capitalized",
  ]
}

/// Counts what a template repeats, so that lists inside lists end before memory does. One rendering has one, on one
/// thread.
final class TemplateBudget {
  /// Octets that are left to write, by the most that a round can write.
  private var left: Int
  private let round: Int
  /// Whether something was left out, and the body must not be used.
  private(set) var isExceeded = false

  /// - Parameter round: the octets of the whole template with its partials.
  init(round: Int) {
    self.round = max(round, 64)
    left = Self.most
  }

  /// A list that is about to be gone through; nil when there is no room for it.
  func list<Element>(_ elements: [Element]) -> [Element]? {
    let (cost, isOver) = elements.count.multipliedReportingOverflow(by: round)
    guard !isOver, cost <= left else {
      isExceeded = true
      return nil
    }
    left -= cost
    return elements
  }

  private static let most = 1 << 29
}

/// The outermost values.
struct TemplateRoot: MustacheParent {
  let snapshot: Snapshot
  let entries: [TemplateEntry]
  let selectors: [String]
  let budget: TemplateBudget

  func child(named name: String) -> Any? {
    switch name {
    case "set": snapshot.set.text
    case "generation": snapshot.generation.number
    case "generated_at": snapshot.at.description
    case "sha256": snapshot.digest.description
    case "count": entries.count
    case "entries": budget.list(entries)
    case "ipv4": budget.list(entries.filter { $0.entry.family == .ipv4 })
    case "ipv6": budget.list(entries.filter { $0.entry.family == .ipv6 })
    case "selectors": budget.list(selectors)
    default: nil
    }
  }
}

/// One entry of a list.
struct TemplateEntry: MustacheParent {
  let entry: IPPrefix
  let elements: ArraySlice<SetElement>
  let alwaysLength: Bool
  let budget: TemplateBudget

  func child(named name: String) -> Any? {
    switch name {
    case "cidr": text
    case "address": entry.address.description
    case "last_address": entry.last.description
    case "length": entry.length
    case "netmask":
      entry.family == .ipv4
        ? IPAddress(v4: entry.length == 0 ? 0 : ~0 << UInt32(32 - entry.length)).description : nil
    case "family": Int(entry.family.rawValue)
    case "is_ipv4": entry.family == .ipv4
    case "is_ipv6": entry.family == .ipv6
    case "is_host": entry.isHost
    case "names": budget.list(Set(elements.flatMap(\.names)).sorted().map(\.text))
    case "first_seen": elements.lazy.map(\.firstSeen).min()?.description
    case "last_seen": elements.lazy.map(\.lastSeen).max()?.description
    default: nil
    }
  }

  private var text: String {
    var text = [UInt8]()
    entry.appendText(to: &text, alwaysLength: alwaysLength)
    return String(decoding: text, as: UTF8.self)
  }
}
