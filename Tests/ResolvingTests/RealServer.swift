import Foundation

/// A real name server of this machine, started on loopback with files of its own and ended by its process id.
final class RealServer {
  let folder: URL
  private let program = Process()

  /// Starts `executable` with arguments made from the folder, which holds `files` and is gone when the server ends.
  init(_ executable: String, files: [String: String], arguments: (URL) -> [String]) throws {
    let paths = ["/usr/sbin", "/usr/bin", "/sbin"].map { "\($0)/\(executable)" }
    guard let path = paths.first(where: FileManager.default.isExecutableFile(atPath:)) else {
      throw RealServerError.missing(executable)
    }
    folder = FileManager.default.temporaryDirectory.appending(path: "\(executable)-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for (name, text) in files {
      let text = text.replacing("@FOLDER@", with: folder.path)
      try text.write(to: folder.appending(path: name), atomically: false, encoding: .utf8)
    }
    program.executableURL = URL(fileURLWithPath: path)
    program.arguments = arguments(folder)
    program.standardOutput = FileHandle.nullDevice
    program.standardError = FileHandle.nullDevice
    // Workers of the pool block every signal, and a child that inherits that can't be ended with SIGTERM.
    var none = sigset_t()
    var before = sigset_t()
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    let folder = folder
    program.terminationHandler = { _ in try? FileManager.default.removeItem(at: folder) }
    try program.run()
  }

  deinit { program.terminate() }

  /// A port that neither UDP nor TCP uses now.
  static func freePort() throws -> UInt16 {
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
  case missing(String)
  case noPort

  var description: String {
    switch self {
    case .missing(let name):
      "the test needs \(name), which is not installed. Try: scripts/test, which installs it"
    case .noPort: "no free port on loopback"
    }
  }
}
