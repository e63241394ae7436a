import DNS
import Deciding
import Foundation
import Testing

@testable import Recording

/// A reader who may read the file and its directory and write neither, in each state that a writer can leave.
@Suite struct ForeignReaderTests {
  enum Left: String, CaseIterable {
    case running, stopped, killed, copiedAlone
  }

  @Test(.timeLimit(.minutes(1)), arguments: Left.allCases)
  func `Someone without the right to write reads what a writer left`(left: Left) async throws {
    let scratch = try Scratch()
    let store = try scratch.open()
    let set = try setName("mcr")
    try await store.commit(at: 1) {
      $0.publications = [
        try publication(of: set, 1, at: 1, [try address("20.1.2.3"), try address("2a01::5")])
      ]
    }
    let files = FileManager.default
    let directory = scratch.directory + "/left"
    try files.createDirectory(atPath: directory, withIntermediateDirectories: true)
    if left == .stopped || left == .copiedAlone { try store.close() }
    var path = scratch.path
    if left != .running {
      path = directory + "/history.sqlite"
      for suffix in left == .copiedAlone ? [""] : ["", "-wal", "-shm"] {
        try files.copyItem(atPath: scratch.path + suffix, toPath: path + suffix)
      }
    }
    for file in try files.contentsOfDirectory(atPath: (path as NSString).deletingLastPathComponent) {
      let name = (path as NSString).deletingLastPathComponent + "/" + file
      if file.hasPrefix("history") { try files.setAttributes([.posixPermissions: 0o444], ofItemAtPath: name) }
    }
    try files.setAttributes(
      [.posixPermissions: 0o555], ofItemAtPath: (path as NSString).deletingLastPathComponent)
    let reader = try await asNobody("history-reader", path)
    #expect(reader.output == "mcr 1 2\n")
    #expect(reader.status == 0)
    for folder in [directory, scratch.directory] {
      try files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder)
    }
  }

  /// Root may write anywhere, so it becomes somebody else first.
  private func asNobody(_ arguments: String...) async throws -> ChildProcess {
    let program = try ChildProcess.benchmarks()
    guard getuid() == 0 else { return try await ChildProcess(program, arguments) }
    let change = ["--reuid", "65534", "--regid", "65534", "--clear-groups", program]
    return try await ChildProcess("/usr/bin/setpriv", change + arguments)
  }
}
