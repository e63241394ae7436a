import Foundation

extension ConfigurationFacts {
  /// Looks at the files that a configuration names.
  init(looking configuration: Configuration) {
    self.init()
    for token in configuration.tokens {
      guard case .file(let path) = token.secret.value else { continue }
      look(at: path)
      var facts = stat()
      if stat(path, &facts) == 0, facts.st_mode & 0o004 != 0 { worldReadableFiles.insert(path) }
    }
    for path in configuration.sources.compactMap(\.path) { look(at: path) }
  }

  private mutating func look(at path: String) {
    if access(path, R_OK) != 0 { unreadableFiles[path] = String(cString: strerror(errno)) }
  }
}
