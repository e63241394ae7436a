/// Where an answer was seen: one of our upstreams (optionally with an EDNS client subnet), or a tap on somebody's
/// resolver. The label is what the history calls `sensor_id` (Passive DNS Common Output Format).
package struct Vantage: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// A short name, unique in a configuration: the upstream's configured name, or its address.
  package let label: String

  /// - Parameter label: the identity in the history: renaming an upstream begins another vantage.
  package init(_ label: String) { self.label = label }

  package var description: String { label }

  package static func < (left: Vantage, right: Vantage) -> Bool { left.label < right.label }
}
