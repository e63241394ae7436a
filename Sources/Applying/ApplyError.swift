package import DNS
package import Deciding

/// Why the kernel does not hold what it should. It keeps what it had.
package enum ApplyError: Error, Hashable, CustomStringConvertible {
  /// Nothing to load.
  case emptySet(SetName)
  /// A family that has elements in the kernel would lose all of them.
  case emptyFamily(AddressFamily, set: String)
  /// nft can't read the name without quotes, or takes it for a word of its own.
  case unusableName(String)
  /// More elements than `maxelem`.
  case tooMany(count: Int, limit: Int)
  /// What the kernel has under the name is something else.
  case unlike(set: String, reason: String)
  /// The program is not installed.
  case toolMissing(String)
  /// The program said no, or did not end in time.
  case tool(String, attempt: String, reason: String)
  /// The kernel holds something else than what was loaded, again and again.
  case notHeld(set: String)

  package var description: String {
    switch self {
    case .emptySet(let set):
      "set \(set) has no element, and an empty set closes the firewall; the kernel keeps what it has. Try: 'postern doctor'"
    case .emptyFamily(let family, let set):
      "the kernel's set \(set) would lose its last \(family) element; it stays as it is. Try: --allow-empty-family if that is right"
    case .unusableName(let name):
      "nft can't read the set name '\(name)'. Try: --name with a name that begins with a letter"
    case .tooMany(let count, let limit):
      "\(count) elements are more than \(limit); the kernel keeps what it has. Try: --maxelem with a larger number"
    case .unlike(let set, let reason):
      "the kernel's set \(set) \(reason); it stays as it is. Try: another --name, or remove that set and let Postern make it"
    case .toolMissing(let tool):
      "'\(tool)' is not installed. Try: apt-get install \(tool == "nft" ? "nftables" : tool)"
    case .tool(let tool, let attempt, let reason):
      "\(tool) could not \(attempt): \(reason). Try: \(Self.hint(reason))"
    case .notHeld(let set):
      "the kernel's set \(set) is not what was loaded, after three tries: somebody else changes it. Try: find who, with 'nft monitor'"
    }
  }

  private static func hint(_ reason: String) -> String {
    if reason.contains("not permitted") || reason.contains("must be root") {
      return "as root, or with CAP_NET_ADMIN"
    }
    if reason.contains("Too many open files") {
      return "declare the set with a larger 'size', or without one"
    }
    return "the same by hand; the kernel keeps what it has"
  }
}
