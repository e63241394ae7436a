import Glibc

/// The sending side of a tap's unix socket. Its calls block.
final class TapWriter: Sendable {
  private let socket: Int32

  init(_ path: String) throws {
    socket = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let octets = Array(path.utf8)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: octets.prefix($0.count - 1)) }
    let isConnected = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
      }
    }
    guard isConnected else { throw TapWriterError.lost("connect") }
  }

  deinit { close(socket) }

  func send(_ octets: [UInt8]) throws {
    try octets.withUnsafeBytes { octets in
      var sent = 0
      while sent < octets.count {
        let count = Glibc.send(
          socket, octets.baseAddress?.advanced(by: sent), min(65_536, octets.count - sent),
          Int32(MSG_NOSIGNAL))
        guard count > 0 else { throw TapWriterError.lost("send") }
        sent += count
      }
    }
  }

  /// Waits for as many octets.
  func receive(_ count: Int) throws {
    var octets = [UInt8](repeating: 0, count: count)
    var received = 0
    while received < count {
      let got = recv(socket, &octets, count - received, 0)
      guard got > 0 else { throw TapWriterError.lost("receive") }
      received += got
    }
  }
}

enum TapWriterError: Error, CustomStringConvertible {
  case lost(String)

  var description: String {
    switch self {
    case .lost(let call): "the other side of the socket is gone: \(call)"
    }
  }
}
