/// What is asked: a name and a type, class IN.
package struct Question: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The QNAME.
  package let name: DomainName
  /// The QTYPE.
  package let type: RecordType

  /// Asks for the records of `type` that `name` or the end of its aliases owns.
  package init(_ name: DomainName, _ type: RecordType) {
    self.name = name
    self.type = type
  }

  package var description: String { "\(name) \(type)" }

  package static func < (left: Question, right: Question) -> Bool {
    left.name != right.name ? left.name < right.name : left.type.rawValue < right.type.rawValue
  }
}
