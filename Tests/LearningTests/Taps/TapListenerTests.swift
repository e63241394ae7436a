import DNS
import Deciding
import Foundation
import TestTools
import Testing

@testable import Learning

@Suite(.timeLimit(.minutes(2))) struct TapListenerTests {
  private static func frame(_ label: String) -> [UInt8] {
    TapFrames.framed(TapFrames.frame(.clientQuery, TapFrames.message("\(label).data.mcr.microsoft.com")))
  }

  @Test(
    "every capture must be learned through a unix socket, with the replies that its sender waits for",
    arguments: TapCapture.all)
  func readsCaptures(_ capture: TapCapture) async throws {
    let octets = try capture.octets()
    try await RunningTap.onUnixSocket { tap, path in
      let sender = try TapSender(unix: path)
      if capture.isConnection {
        try await sender.send(Array(octets.prefix(42)))
        #expect(try await sender.receive(42) == TapFrames.accept)
        try await sender.send(Array(octets.dropFirst(42)))
      } else {
        try await sender.send(octets)
      }
      if capture.file.contains("nostop") {
        sender.close()
      } else {
        let replies = try await sender.receive(13)
        #expect(replies == (capture.isConnection ? TapFrames.finish : []), "and then it is closed")
      }
      try await eventually("all frames are read") { tap.listener.report.items == Int64(capture.frames) }
      try await eventually("the names are delivered") { tap.names == capture.names }
      try await eventually("the connection is over") { tap.connections.last == 0 }
      #expect(tap.connections.first == 1)
      // Only what clients were given: the same for each server, whatever it asked others.
      let outcomes = Set(
        tap.lookups.map { "\($0.question.name.labels[0]) \($0.question.type) \($0.outcome)" })
      #expect(outcomes.contains("westeurope A answer"))
      #expect(outcomes.contains("centralus AAAA noData"))
      #expect(outcomes.contains("nosuchregion A nxDomain"))
      #expect(!outcomes.contains { $0.contains("HTTPS") })
      #expect(tap.lookups.allSatisfy { $0.vantage == Vantage("tap") && $0.chain.outOfChain.isEmpty })
      #expect(tap.listener.report.dropped == 0)
    }
  }

  @Test("TCP must serve both handshakes, and an untrusted tap give names only")
  func listensOnTCP() async throws {
    let tap = try await RunningTap(.tcp(host: "127.0.0.1", port: 0), trusted: false)
    let port = try #require(tap.port)
    for file in ["unbound-1.17.1-dnstap-tcp-bidi.rx.raw", "unbound-1.17.1-dnstap-uni.rx.raw"] {
      let sender = try TapSender(port: port)
      try await sender.send(Fixture.octets(file))
      _ = try await sender.receive(1000)
    }
    try await eventually("all frames are read") { tap.listener.report.items == 256 }
    try await eventually("the names are delivered") { tap.names == TapCapture.all[0].names }
    #expect(tap.lookups.isEmpty)
    await #expect(throws: TapListenerError.inUse(.tcp(host: "127.0.0.1", port: port))) {
      _ = try await RunningTap(.tcp(host: "127.0.0.1", port: port))
    }
    try await tap.stop()
  }

  @Test("a slow, a broken and a hostile connection must not disturb the others, nor each other")
  func keepsConnectionsApart() async throws {
    var limits = TapLimits()
    limits.handshake = .milliseconds(300)
    try await RunningTap.onUnixSocket(limits: limits) { tap, path in
      let silent = try TapSender(unix: path)
      let slow = try TapSender(unix: path)
      try await slow.send(Array(TapFrames.ready.prefix(20)))
      let hostile = try TapSender(unix: path)
      try await hostile.send(TapFrames.start + TapFrames.long(.max))
      let other = try TapSender(unix: path)
      try await other.send(Array("GET / HTTP/1.1\r\n\r\n".utf8))
      let good = try TapSender(unix: path)
      try await good.send(TapFrames.start + Self.frame("first"))
      // Half a frame, and silence: it may take as long as it likes.
      let halting = try TapSender(unix: path)
      let frame = Self.frame("halting")
      try await halting.send(TapFrames.start + frame.prefix(frame.count / 2))
      let torn = try TapSender(unix: path)
      try await torn.send(TapFrames.start + Self.frame("torn") + frame.prefix(9))
      torn.close()
      for sender in [hostile, other, silent, slow] { #expect(try await sender.isClosed()) }
      try await good.send(Self.frame("second"))
      try await halting.send(Array(frame.dropFirst(frame.count / 2)))
      let expected = Set(["first", "second", "halting", "torn"].map { "\($0).data.mcr.microsoft.com" })
      try await eventually("the good ones are read") { tap.names == expected }
      try await eventually("two are left") { tap.listener.report.connections == 2 }
      #expect(
        tap.listener.report.refused == ["frameTooLong": 1, "noStart": 1, "handshakeTimeout": 2, "torn": 1])
    }
  }

  @Test("connections beyond the limit must be closed, and there be room when others have left")
  func boundsConnections() async throws {
    var limits = TapLimits()
    limits.connections = 3
    try await RunningTap.onUnixSocket(limits: limits) { tap, path in
      var senders = [TapSender]()
      for _ in 0..<3 {
        let sender = try TapSender(unix: path)
        try await sender.send(TapFrames.start)
        senders.append(sender)
      }
      try await eventually("three are there") { tap.connections.last == 3 }
      let surplus = try TapSender(unix: path)
      #expect(try await surplus.isClosed())
      #expect(tap.listener.report.refused == ["tooManyConnections": 1])
      senders.removeLast().close()
      try await eventually("one has left") { tap.connections.last == 2 }
      let next = try TapSender(unix: path)
      try await next.send(TapFrames.start + Self.frame("next"))
      try await eventually("the next is read") { tap.names == ["next.data.mcr.microsoft.com"] }
      #expect(tap.connections == [1, 2, 3, 2, 3])
    }
  }

  @Test("several connections at a time must lose nothing")
  func readsSeveralConnections() async throws {
    let block = try Fixture.octets("unbound-1.17.1-dnstap-uni.rx.raw").dropFirst(42).dropLast(12)
    try await RunningTap.onUnixSocket { tap, path in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<8 {
          group.addTask {
            let sender = try TapSender(unix: path)
            try await sender.send(TapFrames.ready)
            #expect(try await sender.receive(42) == TapFrames.accept)
            try await sender.send(TapFrames.start)
            for _ in 0..<20 { try await sender.send(Array(block)) }
            try await sender.send(TapFrames.stop)
            #expect(try await sender.receive(12) == TapFrames.finish)
          }
        }
        try await group.waitForAll()
      }
      #expect(tap.listener.report.items == 8 * 20 * 128)
      try await eventually("the names are delivered") { tap.names == TapCapture.all[0].names }
    }
  }

  @Test("the socket must be for its owner and group alone, and be gone at the end")
  func ownsTheSocket() async throws {
    let kept = try await Tool.withFolder { folder in
      let path = folder.appending(path: "s").path
      let tap = try await RunningTap(.unix(path: path))
      var status = stat()
      #expect(lstat(path, &status) == 0)
      #expect(status.st_mode & 0o777 == 0o660)
      await #expect(throws: TapListenerError.inUse(.unix(path: path))) {
        _ = try await RunningTap(.unix(path: path))
      }
      #expect(tap.listener.report.fault == nil)
      try await tap.stop()
      return FileManager.default.fileExists(atPath: path)
    }
    #expect(!kept)
  }

  @Test("a socket file that a killed process left must be replaced, and nothing else")
  func replacesStaleSocket() async throws {
    try await Tool.withFolder { folder in
      let path = folder.appending(path: "s").path
      var descriptor: Int32 = -1
      _ = try UnixSocket(path: path, &descriptor)
      close(descriptor)
      let tap = try await RunningTap(.unix(path: path))
      let sender = try TapSender(unix: path)
      try await sender.send(TapFrames.start + Self.frame("eastus"))
      try await eventually("it is read") { tap.names.count == 1 }
      // Another's socket in its place is left alone at the end.
      unlink(path)
      var other: Int32 = -1
      let theirs = try UnixSocket(path: path, &other)
      try await tap.stop()
      #expect(FileManager.default.fileExists(atPath: path))
      close(other)
      theirs.remove()
      #expect(!FileManager.default.fileExists(atPath: path))

      let file = folder.appending(path: "file").path
      try Data("precious".utf8).write(to: URL(filePath: file))
      await #expect(throws: TapListenerError.notSocket(path: file)) {
        _ = try await RunningTap(.unix(path: file))
      }
      #expect(try String(contentsOfFile: file, encoding: .utf8) == "precious")
      let missing = folder.appending(path: "missing/s").path
      await #expect(throws: TapListenerError.noFolder(path: missing)) {
        _ = try await RunningTap(.unix(path: missing))
      }
      let long = folder.path + "/" + String(repeating: "x", count: 108)
      await #expect(throws: TapListenerError.pathTooLong(path: long)) {
        _ = try await RunningTap(.unix(path: long))
      }
    }
  }

  @Test("other names must be watched from the moment that they are told")
  func watchesOtherNames() async throws {
    try await RunningTap.onUnixSocket { tap, path in
      let sender = try TapSender(unix: path)
      let other = TapFrames.framed(TapFrames.frame(.clientQuery, TapFrames.message("www.example.com")))
      try await sender.send(TapFrames.start + other)
      try await eventually("it is read") { tap.listener.report.others == 1 }
      tap.listener.watch(WatchedNames([.name(DomainName(canonical: "www.example.com"))]))
      try await sender.send(other)
      try await eventually("it is watched") { tap.names == ["www.example.com"] }
    }
  }

  @Test("a report must be delivered within milliseconds, one at a time, and none be empty")
  func deliversSoon() async throws {
    try await RunningTap.onUnixSocket { tap, path in
      let sender = try TapSender(unix: path)
      try await sender.send(TapFrames.start)
      for index in 0..<20 {
        try await sender.send(Self.frame("n\(index)"))
        try await eventually("delivered", within: .seconds(5)) {
          tap.names.contains("n\(index).data.mcr.microsoft.com")
        }
      }
      #expect(tap.reports.allSatisfy { !$0.isEmpty })
    }
  }

  @Test("a receiver that takes its time must stop nobody from sending")
  func readsOnWhileDelivering() async throws {
    try await Tool.withFolder { folder in
      let path = folder.appending(path: "s").path
      let tap = TapListener(
        endpoint: .unix(path: path), label: "slow", isTrusted: true, vantage: Vantage("tap"),
        watching: DnsmasqQueryLogTests.mcr, now: { Timestamp(seconds: 1) })
      let (ready, isReady) = AsyncStream.makeStream(of: Void.self)
      let (released, release) = AsyncStream.makeStream(of: Void.self)
      let running = Task {
        try await tap.run(onListening: { _ in isReady.yield() }) { _ in
          for await _ in released { break }
        }
      }
      for await _ in ready { break }
      let sender = try TapSender(unix: path)
      // More than the socket's buffers hold.
      let block = try Fixture.octets("unbound-1.17.1-dnstap-uni.rx.raw").dropFirst(42).dropLast(12)
      try await sender.send(TapFrames.ready + TapFrames.start)
      for _ in 0..<50 { try await sender.send(Array(block)) }
      try await sender.send(TapFrames.stop)
      #expect(try await sender.receive(54) == TapFrames.accept + TapFrames.finish)
      #expect(tap.report.items == 50 * 128)
      release.finish()
      running.cancel()
      try await running.value
      #expect(!FileManager.default.fileExists(atPath: path))
    }
  }

  @Test("a crowd that connects and leaves at once must leave nothing behind")
  func survivesCrowds() async throws {
    try await RunningTap.onUnixSocket { tap, path in
      for round in 0..<300 {
        let sender = try TapSender(unix: path)
        if round % 3 == 0 { try await sender.send(TapFrames.ready) }
        if round % 3 == 1 { try await sender.send(TapFrames.start + Self.frame("n\(round)")) }
        sender.close()
      }
      try await eventually("all have left") { tap.listener.report.connections == 0 }
      try await eventually("what they sent is read") { tap.names.count == 100 }
      let last = try TapSender(unix: path)
      try await last.send(TapFrames.start + Self.frame("last"))
      try await eventually("there is room") { tap.names.count == 101 }
    }
  }

  @Test("errors must say what to try")
  func describesErrors() {
    let unix = TapEndpoint.unix(path: "/run/postern/dnstap.sock")
    let tcp = TapEndpoint.tcp(host: "::1", port: 53)
    #expect(tcp.description == "tcp:[::1]:53")
    for error in [
      TapListenerError(ENOENT, unix), TapListenerError(EADDRINUSE, tcp), TapListenerError(EACCES, tcp),
      TapListenerError(EADDRNOTAVAIL, tcp), .notSocket(path: "/x"), .pathTooLong(path: "/x"),
    ] {
      #expect(error.description.contains(". Try: "))
    }
    #expect(TapListenerError(ENOENT, unix) == .noFolder(path: "/run/postern/dnstap.sock"))
  }
}
