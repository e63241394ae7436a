/// How one source of sightings does, since the start of the service.
package struct SourceReport: Sendable, Hashable, Codable {
  /// Its identity, such as `dnsmasq:/var/log/dnsmasq.log`.
  package let label: String
  /// The kind of source, as the configuration calls it: `dnsmasq`, `dnstap`.
  package let kind: String
  /// Lines, frames or rounds that were read.
  package var items: Int64 = 0
  /// Of these, the ones that named a watched name.
  package var watched: Int64 = 0
  /// Of these, the ones that named something else, or nothing.
  package var others: Int64 = 0
  /// Items that could not be believed, by fault.
  package var refused: [String: Int64] = [:]
  /// The last few refused items, with client addresses blotted out.
  package var samples: [RefusedSample] = []
  /// Items that were lost because more came than is kept: a sign that a cap was reached.
  package var dropped: Int64 = 0
  /// Items a second, over about the last minute.
  package var rate: Double = 0
  /// When an item was last read.
  package var lastItemAt: Timestamp?
  /// How far a file was read, in octets; nil for what is no file.
  package var offset: Int64?
  /// How much of the file there was when last looked at, in octets.
  package var size: Int64?
  /// Connections that are open now; nil for what isn't connected to.
  package var connections: Int?
  /// The resolvers that it saw clients ask; nil where it can't tell.
  package var resolvers: [SeenResolver]?
  /// Why it can't be read right now; nil while it can.
  package var fault: String?

  /// A report of a source that brought nothing yet.
  package init(label: String, kind: String) {
    self.label = label
    self.kind = kind
  }

  /// Whether somebody who looks at sources would want to know at once: the source is new, is failing or is no longer,
  /// connections came or went, or clients ask another resolver.
  package func isNews(after earlier: SourceReport?) -> Bool {
    guard let earlier else { return true }
    return earlier.fault != fault || earlier.connections != connections || earlier.resolvers != resolvers
  }

  /// Octets that wait to be read; nil for what is no file.
  package var behind: Int64? {
    guard let offset, let size else { return nil }
    return max(0, size - offset)
  }
}

/// An item that could not be believed, for a person to look at.
package struct RefusedSample: Sendable, Hashable, Codable {
  /// Why, as in `SourceReport.refused`.
  package let fault: String
  /// Its text, printable and cut to at most 200 characters.
  package let text: String

  /// Nothing is checked or cut here: whoever makes it does.
  package init(fault: String, text: String) {
    self.fault = fault
    self.text = text
  }
}

/// A report as the history has it.
package struct StoredSourceReport: Sendable, Hashable {
  /// What the source told.
  package let report: SourceReport
  /// When it was told: an old one is of a service that stopped, or of a source that is configured no more.
  package let at: Timestamp

  /// As it was read back.
  package init(report: SourceReport, at: Timestamp) {
    self.report = report
    self.at = at
  }
}
