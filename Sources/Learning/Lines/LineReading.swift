package import DNS
package import Deciding

/// What one line of a log or list said.
package enum LineReading: Sendable, Hashable {
  /// A client used this name, and a set watches it.
  case name(DomainName, NameEvidence)
  /// A client used a name that no set watches, but that lies below or beside what one watches.
  case related(DomainName)
  /// A client used a name that no set watches.
  case unwatched
  /// The line says nothing about names: an answer, a note, a comment.
  case skip
  /// The line should name something and can't be believed.
  case malformed(LineFault)
}

/// Why a line can't be believed.
package enum LineFault: String, Error, Sendable, Hashable, CaseIterable {
  /// Cut off, or two lines run into one, or not as its format has it.
  case torn
  /// Longer than `LineSplitter.longestLine`.
  case tooLong
  /// A label holds something other than letters, digits and inner hyphens.
  case notHostname
  /// Two dots in a row, or one at the front.
  case emptyLabel
  /// A label over 63 octets, or a name over 253 characters (RFC 1035 §2.3.4).
  case nameTooLong
  /// It says two different things: a key that stands there twice, or a name that should be printed twice and is not.
  case ambiguous
  /// Its columns aren't known, because the top of its file is missing.
  case noHeader
  /// It isn't as its `LineTemplate` says.
  case otherShape
  /// Of a tap: a frame that is no dnstap message.
  case notDnstap
  /// Of a tap: a frame whose DNS message can't be read.
  case notDNS
  /// Of a tap: a control frame of an unknown type. The stream goes on.
  case unknownControl
}
