package import Deciding

extension Decision {
  /// Writes the decision as an object; a set's effective policy is in it as JSON, with its SHA-256, and both are null
  /// where the set is watched no more.
  package func write(to json: inout JSONText) {
    json.beginObject()
    json.number(id, "id")
    json.timestamp(at, "at")
    json.string(kind.rawValue, "kind")
    json.string(subject, "subject")
    json.string(reason, "reason")
    json.string(by, "by")
    if let policy {
      json.string(Digest.computing(body: Array(policy.utf8)).description, "policy_sha256")
      json.string(policy, "policy")
    } else if kind == .configure {
      json.null("policy_sha256")
      json.null("policy")
    }
    json.endObject()
  }
}
