package import Foundation

/// A real name server of this machine, started on loopback with files of its own and ended by its process id.
package final class RealServer: Sendable {
  /// Its files; gone when it ends.
  package let folder: URL
  private let program: ChildProgram

  /// Starts `executable` with arguments made from the folder, which holds `files` and is gone when the server ends.
  package init(_ executable: String, files: [String: String], arguments: (URL) -> [String]) throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "\(executable)-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for (name, text) in files {
      let text = text.replacing("@FOLDER@", with: folder.path)
      try text.write(to: folder.appending(path: name), atomically: false, encoding: .utf8)
    }
    program = try ChildProgram(try ChildProgram.path(executable), arguments(folder))
  }

  /// Asks it to end; it ends as well when nobody holds this value any more.
  package func end() { program.signal(SIGTERM) }

  deinit {
    program.signal(SIGTERM)
    try? FileManager.default.removeItem(at: folder)
  }

  /// A port that neither UDP nor TCP uses now.
  package static func freePort() throws -> UInt16 {
    for _ in 0..<50 {
      let port = UInt16.random(in: 20_000..<30_000)
      let isFree = [SOCK_DGRAM, SOCK_STREAM].allSatisfy { type in
        let descriptor = socket(AF_INET, Int32(type.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
          pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
          }
        }
      }
      if isFree { return port }
    }
    throw RealServerError.noPort
  }
}

enum RealServerError: Error, CustomStringConvertible {
  case noPort

  var description: String {
    switch self {
    case .noPort: "no free port on loopback"
    }
  }
}
