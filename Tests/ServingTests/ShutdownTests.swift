import DNS
import Deciding
import Foundation
import Logging
import Serving
import ServiceLifecycle
import TestTools
import Testing

@Suite(.timeLimit(.minutes(10))) struct ShutdownTests {
  @Test(
    "a graceful shutdown lets a slow reader take the whole answer, on either path", arguments: [false, true])
  func finishes(isHot: Bool) async throws {
    let addresses = (0..<300_000).map { IPAddress(v4: 0x1400_0000 + UInt32($0) * 3).description }
    let sets = PublishedSets([try #require(SetName("mcr"))])
    sets.publish(try TestServer.published(addresses))
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    let (ports, continuation) = AsyncStream<Int>.makeStream()
    let server = SetServer(
      Site(sets: sets, now: { TestServer.at }), listen: [ListenAddress(host: "127.0.0.1", port: 0)],
      logger: logger,
      onListening: { continuation.yield($0.port) })
    let services = ServiceGroup(configuration: .init(services: [server], logger: logger))
    // The client reads the head, shows that it did, waits for the listening socket to go, and only then reads on.
    let script = """
      import socket, sys, time, urllib.request
      port = int(sys.argv[1])
      if sys.argv[2] == "true": urllib.request.urlopen(f"http://127.0.0.1:{port}/v1/sets/mcr.txt").read()
      s = socket.socket()
      s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
      s.connect(("127.0.0.1", port))
      s.sendall(b"GET /v1/sets/mcr.txt HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n")
      data = b""
      while b"\\r\\n\\r\\n" not in data: data += s.recv(4096)
      open(sys.argv[3], "w").close()
      while True:
        try: socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError: break
        time.sleep(0.02)
      while chunk := s.recv(1 << 16): data += chunk
      head, body = data.split(b"\\r\\n\\r\\n", 1)
      length = [int(l.split(b":")[1]) for l in head.split(b"\\r\\n") if l.lower().startswith(b"content-length")]
      print(length[0] == len(body), len(body) > 3_000_000)
      """
    try await Tool.withFolder { folder in
      let mark = folder.appending(path: "reading")
      try await withThrowingTaskGroup(of: String?.self) { group in
        group.addTask {
          try await services.run()
          return nil
        }
        group.addTask {
          for await port in ports {
            return try await Tool.run("python3", ["-c", script, "\(port)", "\(isHot)", mark.path]).text
          }
          return nil
        }
        group.addTask {
          while (try? mark.checkResourceIsReachable()) != true {
            try await Task.sleep(for: .milliseconds(10))
          }
          await services.triggerGracefulShutdown()
          return nil
        }
        var texts = [String]()
        for try await text in group { texts += text.map { [$0] } ?? [] }
        #expect(texts == ["True True\n"])
      }
    }
  }
}
