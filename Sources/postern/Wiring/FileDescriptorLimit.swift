import Glibc

/// How many files and connections the process may have open.
enum FileDescriptorLimit {
  /// Raises it to the hard limit: the soft one is 1024 for programs that use select(2), which this one doesn't
  /// (systemd.exec(5), LimitNOFILE), and each waiting client is a descriptor.
  static func raise() {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }
}
