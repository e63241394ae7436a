import DNS
import Foundation
import Learning
import Resolving

extension ConfigurationFacts {
  /// Looks at the files that a configuration names.
  init(looking configuration: Configuration) {
    self.init()
    let secrets = configuration.tokens.compactMap { token -> String? in
      if case .file(let path)? = token.secret?.value { path } else { nil }
    }
    for path in secrets + (configuration.http.tls.map { [$0.key.value] } ?? []) {
      look(at: path)
      var facts = stat()
      if stat(path, &facts) == 0, facts.st_mode & 0o004 != 0 { worldReadableFiles.insert(path) }
    }
    let followed = configuration.sources.compactMap(\.path)
    for path in followed { look(at: path) }
    if !followed.isEmpty { lookAtLogrotate(followed) }
    systemResolvers = (try? SystemResolvers.read())?.addresses ?? []
    ownAddresses = Self.interfaceAddresses
  }

  private static var interfaceAddresses: Set<IPAddress> {
    var list: UnsafeMutablePointer<ifaddrs>?
    guard getifaddrs(&list) == 0 else { return [] }
    defer { freeifaddrs(list) }
    var found = Set<IPAddress>()
    for entry in sequence(first: list, next: { $0?.pointee.ifa_next }) {
      guard let address = entry?.pointee.ifa_addr else { continue }
      let isIPv4 = Int32(address.pointee.sa_family) == AF_INET
      guard isIPv4 || Int32(address.pointee.sa_family) == AF_INET6 else { continue }
      let size = isIPv4 ? MemoryLayout<sockaddr_in>.size : MemoryLayout<sockaddr_in6>.size
      var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
      guard getnameinfo(address, socklen_t(size), &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0
      else { continue }
      // A link-local address bears its interface behind a percent sign, and is never an upstream.
      let octets = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
      IPAddress(String(decoding: octets, as: UTF8.self)).map { _ = found.insert($0) }
    }
    return found
  }

  private mutating func look(at path: String) {
    if access(path, R_OK) != 0 { unreadableFiles[path] = String(cString: strerror(errno)) }
  }

  private mutating func lookAtLogrotate(_ followed: [String]) {
    let folder = "/etc/logrotate.d"
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    for file in ["/etc/logrotate.conf"] + files.sorted().map({ "\(folder)/\($0)" }) {
      guard let text = try? String(contentsOfFile: file, encoding: .utf8) else { continue }
      for path in LogrotateAdvice.copiedAndTruncated(text, followed: followed) { truncatedFiles[path] = file }
    }
  }
}
