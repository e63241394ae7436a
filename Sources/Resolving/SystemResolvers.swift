import Foundation
package import DNS

/// The resolvers of a resolv.conf text (resolv.conf(5)).
package struct SystemResolvers: Hashable, Sendable {
  /// The name servers in the order of the file, without repeats; all of them, though libc stops at three.
  package let addresses: [IPAddress]
  /// What stands after `nameserver` and can't be asked, such as `fe80::1%eth0`.
  package let unsupported: [String]

  /// The longest file that is read, in octets.
  package static let longest = 1 << 20

  /// Reads resolv.conf text. Lines without a name server are skipped, as libc does.
  package init(text: String) {
    var addresses = [IPAddress]()
    var unsupported = [String]()
    for line in text.split(whereSeparator: \.isNewline) {
      let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
      guard words.first == "nameserver", words.count >= 2 else { continue }
      // Not specified, but common: a comment behind the address.
      let word = words[1].prefix { $0 != "#" && $0 != ";" }
      if let address = IPAddress(word) {
        if !addresses.contains(address) { addresses.append(address) }
      } else {
        unsupported.append(String(word))
      }
    }
    self.addresses = addresses
    self.unsupported = unsupported
  }

  /// Reads a file; an absent `path` gives libc's default, the resolver on this host.
  ///
  /// - Throws: `SystemResolversError` when the file is there and can't be read, or is longer than `longest`.
  package static func read(_ path: String = "/etc/resolv.conf") throws(SystemResolversError)
    -> SystemResolvers
  {
    guard FileManager.default.fileExists(atPath: path) else {
      return SystemResolvers(text: "nameserver 127.0.0.1")
    }
    guard let file = FileHandle(forReadingAtPath: path) else { throw .unreadable(path) }
    defer { try? file.close() }
    guard let data = try? file.read(upToCount: longest + 1) ?? Data() else { throw .unreadable(path) }
    guard data.count <= longest else { throw .tooLong(path) }
    return SystemResolvers(text: String(decoding: data, as: UTF8.self))
  }

  /// The upstreams on port 53.
  package var upstreams: [Upstream] { addresses.map { Upstream(address: $0) } }
}

/// Why the system's resolvers are not known.
package enum SystemResolversError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The path of a file that is there and can't be opened or read.
  case unreadable(String)
  /// The path of a file over `SystemResolvers.longest`.
  case tooLong(String)

  package var description: String {
    switch self {
    case .unreadable(let path):
      "the system's resolvers are not known: \(path) can't be read. Try: list upstreams"
    case .tooLong(let path): "the system's resolvers are not known: \(path) is too long. Try: list upstreams"
    }
  }
}
