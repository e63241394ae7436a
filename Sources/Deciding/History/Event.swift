/// Something an operator should be able to read about later.
package struct Event: Hashable, Sendable {
  /// When it happened; several events may share a moment, and the history keeps their order.
  package let at: Timestamp
  /// A stable word for programs, such as `set.held` or `address.rejected`.
  package let kind: EventKind
  /// The set, name, address or upstream that it is about.
  package let subject: String
  /// One sentence for people.
  package let detail: String

  /// An event to be stored; the history keeps the newest 100,000.
  package init(at: Timestamp, kind: EventKind, subject: String, detail: String) {
    self.at = at
    self.kind = kind
    self.subject = subject
    self.detail = detail
  }
}
