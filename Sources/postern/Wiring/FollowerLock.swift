import Applying
import Foundation

/// Held by the one process that follows for a set of the kernel; the system lets go of it when the process ends.
final class FollowerLock {
  private let descriptor: Int32

  init(_ memory: String) throws {
    descriptor = open(memory + ".lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw CommandFailure(
        .failed, "can't write '\(memory).lock': \(String(cString: strerror(errno)))", try: "another --state")
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      throw CommandFailure(
        .failed, "another 'postern apply --follow' keeps the same sets",
        try: "end it first: fuser \(memory).lock")
    }
  }

  deinit { close(descriptor) }
}

extension KernelTarget {
  /// The file, beside others in the state folder, that remembers what was taken for these sets.
  var memoryName: String {
    switch kind {
    case .nft(let table): "apply-nft-\(table)-\(name)"
    case .ipset: "apply-ipset-\(name)"
    }
  }
}
