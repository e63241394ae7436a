import Glibc

/// The file of a unix socket that we listen on: made with mode 0660, removed when we are done with it.
struct UnixSocket {
  let path: String
  private let device: dev_t
  private let inode: ino_t

  /// Makes the socket and binds it.
  ///
  /// - Parameter descriptor: gets the bound socket; it is the caller's to close.
  /// - Throws: `TapListenerError`. A socket file on which nobody answers is replaced: a process that was killed leaves
  ///   one.
  init(path: String, _ descriptor: inout Int32) throws(TapListenerError) {
    let endpoint = TapEndpoint.unix(path: path)
    guard var address = Self.address(path) else { throw .pathTooLong(path: path) }
    try Self.removeStale(path, &address)
    let socket = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard socket >= 0 else { throw TapListenerError(errno, endpoint) }
    // Before bind, so that the file is never open to others, whatever the umask (`unix_bind` takes the socket's mode);
    // and after it, for the umask may have taken the group's rights.
    var status = stat()
    guard fchmod(socket, 0o660) == 0,
      Self.call(bind, socket, &address) == 0,
      chmod(path, 0o660) == 0,
      lstat(path, &status) == 0
    else {
      let code = errno
      close(socket)
      throw TapListenerError(code, endpoint)
    }
    self.path = path
    device = status.st_dev
    inode = status.st_ino
    descriptor = socket
  }

  /// Removes the file, unless it has become another's.
  func remove() {
    var status = stat()
    guard lstat(path, &status) == 0, status.st_dev == device, status.st_ino == inode else { return }
    unlink(path)
  }

  private static func removeStale(_ path: String, _ address: inout sockaddr_un) throws(TapListenerError) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return }
    guard status.st_mode & S_IFMT == S_IFSOCK else { throw .notSocket(path: path) }
    let probe = socket(
      AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
    guard probe >= 0 else { throw TapListenerError(errno, .unix(path: path)) }
    defer { close(probe) }
    // Anything but a refusal means that somebody listens: EAGAIN that his queue is full, EACCES that we may not ask.
    guard call(connect, probe, &address) != 0, errno == ECONNREFUSED else { throw .inUse(.unix(path: path)) }
    unlink(path)
  }

  private static func address(_ path: String) -> sockaddr_un? {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let octets = Array(path.utf8)
    // The last octet stays zero.
    guard !octets.isEmpty, octets.count < MemoryLayout.size(ofValue: address.sun_path) else { return nil }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: octets) }
    return address
  }

  private static func call(
    _ function: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Int32, _ socket: Int32,
    _ address: inout sockaddr_un
  ) -> Int32 {
    withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        function(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }
}
