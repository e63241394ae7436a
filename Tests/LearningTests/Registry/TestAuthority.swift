import Foundation
import TestTools

/// A certificate authority of a test, which only those trust who are told its file.
struct TestAuthority: Sendable {
  private let folder: URL

  /// The authority's certificate.
  var roots: String { folder.appending(path: "ca.pem").path }

  /// A server's certificate and key, in PEM files.
  struct Identity: Sendable {
    let certificate: String
    let key: String
  }

  /// Gives an authority while `body` runs.
  static func with<Value>(_ body: (TestAuthority) async throws -> Value) async throws -> Value {
    try await Tool.withFolder { folder in
      let authority = TestAuthority(folder: folder)
      try await authority.openssl(
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ca.key -out ca.pem -days 30",
        ["-subj", "/CN=Postern test authority"])
      return try await body(authority)
    }
  }

  /// Signs a certificate for `name`; `days` below zero make it one that has expired.
  func identity(name: String = "localhost", days: Int = 30) async throws -> Identity {
    try Data("subjectAltName=DNS:\(name)\n".utf8).write(to: folder.appending(path: "extensions"))
    try await openssl(
      "req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout leaf.key -out leaf.csr",
      ["-subj", "/CN=\(name)"])
    try await openssl(
      "x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -CAcreateserial -extfile extensions -out leaf.pem",
      ["-days", "\(days)"])
    return Identity(
      certificate: folder.appending(path: "leaf.pem").path, key: folder.appending(path: "leaf.key").path)
  }

  private func openssl(_ command: String, _ more: [String]) async throws {
    let outcome = try await Tool.shell(
      "cd \"$1\"; shift; exec openssl \"$@\"",
      [folder.path] + command.split(separator: " ").map(String.init) + more)
    guard outcome.status == 0 else { throw Failed(description: outcome.errors) }
  }

  private struct Failed: Error {
    let description: String
  }
}
