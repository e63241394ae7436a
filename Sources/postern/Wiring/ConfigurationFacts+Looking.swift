import Foundation
import Learning

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
