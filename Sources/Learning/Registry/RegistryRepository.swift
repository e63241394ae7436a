/// A repository to pull from, and optionally which tag.
package struct RegistryRepository: Sendable, Hashable, CustomStringConvertible {
  /// Such as `oss/kubernetes/pause`.
  package let name: String
  /// Nil for `latest`, and when that is gone, for what the registry lists.
  package let tag: String?

  /// Small ones at Microsoft Artifact Registry that its documentation pulls.
  package static let mcr = [
    RegistryRepository(trusted: "hello-world"), RegistryRepository(trusted: "mcr/hello-world"),
    RegistryRepository(trusted: "oss/kubernetes/pause"),
  ]

  /// - Throws: `RegistryNameError` when the name or the tag isn't one of the OCI distribution specification's
  ///   ("Pulling manifests").
  package init(_ name: String, tag: String? = nil) throws(RegistryNameError) {
    guard Self.isName(name) else { throw .repository(name) }
    if let tag, !Self.isTag(tag) { throw .tag(tag) }
    self.name = name
    self.tag = tag
  }

  /// Reads `oss/kubernetes/pause` or `oss/kubernetes/pause:3.10`.
  package init(reading text: String) throws(RegistryNameError) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    try self.init(String(parts[0]), tag: parts.count == 2 ? String(parts[1]) : nil)
  }

  private init(trusted name: String) {
    self.name = name
    tag = nil
  }

  /// `oss/kubernetes/pause`, or with its tag `oss/kubernetes/pause:3.10`.
  package var description: String { tag.map { "\(name):\($0)" } ?? name }

  /// `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*`, several of them between slashes; 255 octets at most, as many clients limit.
  private static func isName(_ text: String) -> Bool {
    guard (1...255).contains(text.utf8.count) else { return false }
    return text.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
      var separator = ""
      guard let first = part.unicodeScalars.first, let last = part.unicodeScalars.last,
        isAlphanumeric(first), isAlphanumeric(last)
      else { return false }
      for scalar in part.unicodeScalars {
        if isAlphanumeric(scalar) {
          guard ["", ".", "_", "__"].contains(separator) || separator.allSatisfy({ $0 == "-" }) else {
            return false
          }
          separator = ""
        } else {
          separator.unicodeScalars.append(scalar)
        }
      }
      return true
    }
  }

  private static func isAlphanumeric(_ scalar: Unicode.Scalar) -> Bool {
    ("a"..."z").contains(scalar) || ("0"..."9").contains(scalar)
  }

  /// `[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}`.
  static func isTag(_ text: String) -> Bool {
    guard (1...128).contains(text.utf8.count) else { return false }
    return text.unicodeScalars.enumerated().allSatisfy { index, scalar in
      isAlphanumeric(scalar) || ("A"..."Z").contains(scalar) || scalar == "_"
        || index > 0 && (scalar == "." || scalar == "-")
    }
  }
}
