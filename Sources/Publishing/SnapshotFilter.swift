package import Deciding

import DNS

/// Which elements of a snapshot a consumer asks for. All of them unless something is set.
package struct SnapshotFilter: Hashable, Sendable {
  /// Only addresses that one of these selectors' names gave; `?fqdn=` with a name or a pattern.
  package var name: Selector?
  /// Only addresses that were seen this long before the generation was made, or later; `?since_seen=`.
  package var seenWithin: Duration?

  /// Only addresses that a name of this cloud gave; `?cloud=`.
  package var cloud: Cloud?

  /// Lets everything through.
  package init() {}

  /// Whether it lets everything through.
  package var isOpen: Bool { name == nil && seenWithin == nil && cloud == nil }

  /// The snapshot with what passes; its digest is of what passes too. It may be empty, which renderers refuse.
  package func applied(to snapshot: Snapshot) -> Snapshot {
    guard !isOpen else { return snapshot }
    let elements = snapshot.elements.filter { element in
      if let name, !element.names.contains(where: name.selects) { return false }
      if let cloud, !element.names.contains(where: { Cloud(of: $0) == cloud }) { return false }
      if let seenWithin, element.lastSeen < snapshot.at - seenWithin { return false }
      return true
    }
    return Snapshot(
      set: snapshot.set, generation: snapshot.generation, at: snapshot.at, elements: elements,
      digest: .computing(elements.map(\.prefix)))
  }

  /// Reads `cloud=`: `public` or `china`. Clients in the government's cloud pull from the public one. Nil for others.
  package static func cloud(_ text: String) -> Cloud? {
    Cloud(rawValue: text).flatMap { $0 == .government ? nil : $0 }
  }

  /// Reads `fqdn=`: a name or a pattern such as `*.data.mcr.microsoft.com`. Nil when malformed.
  package static func selector(_ text: String) -> Selector? {
    if text.contains("*") { return (try? NamePattern(text)).map { .pattern($0) } }
    return (try? DomainName(text)).map { .name($0) }
  }

  /// Reads `since_seen=`: a whole number with `s`, `m`, `h` or `d`, up to ten years. Nil when malformed.
  package static func span(_ text: String) -> Duration? {
    let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
    guard let unit = text.last.flatMap({ units[$0] }), text.utf8.count <= 10,
      text.utf8.dropLast().allSatisfy({ (0x30...0x39).contains($0) }), let count = Int64(text.dropLast())
    else { return nil }
    let seconds = count * unit
    return (1...315_360_000).contains(seconds) ? .seconds(seconds) : nil
  }
}
