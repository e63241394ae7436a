package import Foundation

/// A server of one set that does as a test says: right, or wrong in one way. Its folder is its state, so that shell
/// scripts in a network namespace can steer it as well.
///
/// `N.txt`, `N.version` and `N.txt.minisig` are the bodies of generation N, `current` has its number, `faults` the words
/// of what goes wrong: `down`, `no-events`, `no-wait`, `bad-digest`, `cut`, `endless`, `silent`.
package final class ScriptedSetServer: Sendable {
  package let folder: URL
  package let port: Int
  private let program: ChildProgram

  package static let python = #"""
    import base64, hashlib, http.server, os, sys, time
    root = sys.argv[1]
    def read(name):
      try:
        with open(os.path.join(root, name), "rb") as file: return file.read()
      except FileNotFoundError: return None
    class Handler(http.server.BaseHTTPRequestHandler):
      protocol_version = "HTTP/1.1"
      def log_message(self, *words):
        with open(root + "/requests", "a") as file: file.write(self.path + "\n")
      def reply(self, status, body=b"", fields={}, short=0):
        self.send_response(status)
        for name, value in fields.items(): self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[:len(body) - short])
        if short: self.close_connection = True
      def do_GET(self):
        faults = (read("faults") or b"").decode().split()
        path, _, query = self.path.partition("?")
        rest = path.split("/v1/sets/mcr")[-1]
        current = lambda: (read("current") or b"").decode().strip()
        if "silent" in faults: return time.sleep(60)
        if "down" in faults: return self.reply(503)
        if rest == "/events":
          if "no-events" in faults: return self.reply(404)
          self.send_response(200)
          self.send_header("Content-Type", "text/event-stream")
          self.end_headers()
          last = None
          self.close_connection = True
          while "hang-up" not in (read("faults") or b"").decode():
            now = current()
            if now != last:
              self.wfile.write(f"event: generation\nid: {now}\ndata: {{}}\n\n".encode())
              self.wfile.flush()
              last = now
            time.sleep(0.002)
          return
        if rest == "/version":
          if "wait=" in query:
            if "no-wait" in faults: return self.reply(400)
            end = time.monotonic() + 25
            while f"since={current()}" in query:
              if time.monotonic() > end: return self.reply(304)
              time.sleep(0.005)
          return self.reply(200, read(current() + ".version"))
        if rest.startswith("/snapshots/"):
          body = read(rest[len("/snapshots/"):])
          if body is None: return self.reply(404)
          digest = base64.b64encode(hashlib.sha256(body + (b"x" if "bad-digest" in faults else b"")).digest()).decode()
          fields = {"Repr-Digest": f"sha-256=:{digest}:"}
          if "endless" in faults:
            while True: self.wfile.write(b"20.0.0.1\n" * 1000)
          return self.reply(200, body, fields, short=5 if "cut" in faults else 0)
        self.reply(404)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    with open(root + "/port.new", "w") as file: file.write(str(server.server_address[1]))
    os.rename(root + "/port.new", root + "/port")
    server.serve_forever()
    """#

  /// Serves while `body` runs.
  package static func run(_ body: (ScriptedSetServer) async throws -> Void) async throws {
    try await Tool.withFolder { folder in
      try await body(try await ScriptedSetServer(folder))
    }
  }

  private init(_ folder: URL) async throws {
    self.folder = folder
    try Self.python.write(to: folder.appending(path: "server.py"), atomically: false, encoding: .utf8)
    program = try ChildProgram(
      try ChildProgram.path("python3"), [folder.appending(path: "server.py").path, folder.path],
      ChildProgram.Streams(output: folder.appending(path: "log").path))
    let file = folder.appending(path: "port")
    var port: Int?
    for _ in 0..<500 where port == nil {
      port = (try? String(contentsOf: file, encoding: .utf8)).flatMap { Int($0) }
      if port == nil { try await Task.sleep(for: .milliseconds(20)) }
    }
    guard let port else { throw ChildProgram.NotStarted(description: "the scripted server did not start") }
    self.port = port
  }

  package var url: String { "http://127.0.0.1:\(port)" }

  /// Makes these the bodies of a generation, and the generation the current one.
  package func publish(_ generation: Int64, version: String, list: [UInt8], signature: String? = nil) throws {
    try Data(list).write(to: folder.appending(path: "\(generation).txt"))
    try write("\(generation).version", version)
    if let signature { try write("\(generation).txt.minisig", signature) }
    try write("current", "\(generation)")
  }

  /// Lets things go wrong from now on.
  package func fail(_ faults: String...) throws { try write("faults", faults.joined(separator: " ")) }

  /// The paths that were asked for.
  package var requests: [String] {
    ((try? String(contentsOf: folder.appending(path: "requests"), encoding: .utf8)) ?? "").split(
      separator: "\n"
    )
    .map(String.init)
  }

  private func write(_ name: String, _ text: String) throws {
    try text.write(to: folder.appending(path: name), atomically: true, encoding: .utf8)
  }
}
