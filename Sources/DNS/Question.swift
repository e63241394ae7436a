/// What is asked: a name and a type, class IN.
package struct Question: Hashable, Comparable, Sendable, CustomStringConvertible {
  package let name: DomainName
  package let type: RecordType

  package init(_ name: DomainName, _ type: RecordType) {
    self.name = name
    self.type = type
  }

  package var description: String { "\(name) \(type)" }

  package static func < (left: Question, right: Question) -> Bool {
    left.name != right.name ? left.name < right.name : left.type.rawValue < right.type.rawValue
  }
}
