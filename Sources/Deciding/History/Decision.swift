/// What an operator asked for, kept for ever with the reason.
package struct Decision: Hashable, Sendable {
  /// Given by the history; 0 before it is stored.
  package let id: Int64
  /// When it was asked for, not when it took effect.
  package let at: Timestamp
  /// What is asked; it decides how `subject` is read.
  package let kind: DecisionKind
  /// A set's name, a domain name or an address, by kind.
  package let subject: String
  /// In the operator's words; may be empty.
  package let reason: String
  /// Who asked: a user's or a token's name.
  package let by: String
  /// The set's effective policy from here on, as canonical JSON; nil for other kinds than `configure`, and where the set
  /// is watched no more.
  package let policy: String?

  /// A request; without `id` it is one that the history has not stored yet.
  package init(
    id: Int64 = 0, at: Timestamp, kind: DecisionKind, subject: String, reason: String, by: String,
    policy: String? = nil
  ) {
    self.id = id
    self.at = at
    self.kind = kind
    self.subject = subject
    self.reason = reason
    self.by = by
    self.policy = policy
  }
}

/// What an operator can ask for.
package enum DecisionKind: String, Hashable, Sendable {
  /// Publish the held candidate of a set.
  case approve
  /// Drop a learned name, or all that names gave of an address, from the next generation on.
  case forget
  /// Take this hostname as sighted: `postern observe` without a running service.
  case observe
  /// From here on a set has another effective policy, or is watched no more: told by a service when it starts.
  case configure
  /// Take up the service tags that were imported.
  case importTags
}
