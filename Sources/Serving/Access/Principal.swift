package import DNS
package import Deciding

/// Somebody who may do things, and how they prove who they are. Of secrets only the SHA-256 is known here.
package struct Principal: Hashable, Sendable {
  /// For logs, decisions and metrics.
  package let name: String
  /// SHA-256 of each valid secret, 32 octets; two while a secret is being replaced.
  package let digests: [[UInt8]]
  /// Names of client certificates that prove it, in lower case: an alternative name, the common name, or the
  /// certificate's SHA-256 in hexadecimal.
  package let certificates: Set<String>
  /// Where requests without a secret count as its own. They may only read.
  package let networks: [IPPrefix]
  /// What it may do; 403 for the rest.
  package let scopes: Set<Scope>

  /// What a principal may do.
  package enum Scope: Hashable, Sendable {
    /// Read everything.
    case read
    /// Read one set: its files, version, changes and old generations.
    case readSet(SetName)
    /// Report hostnames.
    case sightings
    /// Approve, forget and the like.
    case operate
  }

  /// - Parameter digests: 32 octets each; another count matches no secret.
  package init(
    name: String, digests: [[UInt8]] = [], certificates: Set<String> = [], networks: [IPPrefix] = [],
    scopes: Set<Scope>
  ) {
    self.name = name
    self.digests = digests
    self.certificates = Set(certificates.map { $0.lowercased() })
    self.networks = networks
    self.scopes = scopes
  }

  /// Whether a scope is granted, by itself or within a wider one.
  func may(_ scope: Scope) -> Bool {
    if case .readSet = scope, scopes.contains(.read) { return true }
    return scopes.contains(scope)
  }
}

extension Principal.Scope {
  /// Whether it changes nothing.
  package var isReading: Bool {
    switch self {
    case .read, .readSet: true
    case .sightings, .operate: false
    }
  }

  /// The word that a refusal names.
  var word: String {
    switch self {
    case .read, .readSet: "read"
    case .sightings: "sightings"
    case .operate: "operate"
    }
  }
}
