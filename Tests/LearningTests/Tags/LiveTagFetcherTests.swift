import Foundation
import TestTools
import Testing

@testable import Learning

/// A real server of Python on loopback, which serves what Microsoft's two do.
@Suite(.serialized, .timeLimit(.minutes(2))) struct LiveTagFetcherTests {
  private static let python = #"""
    import http.server, sys, time
    class Handler(http.server.BaseHTTPRequestHandler):
      protocol_version = "HTTP/1.1"
      def log_message(self, *words): pass
      def reply(self, status, body=b"", fields={}):
        self.send_response(status)
        for name, value in fields.items(): self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
      def do_GET(self):
        path = self.path
        if path == "/file/ServiceTags_Public_20250721.json": return self.reply(200, b'{"changeNumber":1}')
        if path == "/page": return self.reply(200, b'<html><a href="/file/ServiceTags_Public_20250721.json">download</a>')
        if path == "/details?id=56519": return self.reply(200, b'\xef\xbb\xbf<!DOCTYPE html><html><script>window.__DLCDetails__={"dlcDetailsView":{"downloadFile":[{"name":"ServiceTags_Public_20250721.json","url":"http:\\/\\/127.0.0.1:%d\\/file\\/ServiceTags_Public_20250721.json","size":"4342784"}]}}</script>' % self.server.server_address[1])
        if path == "/other": return self.reply(302, fields={"Location": "http://localhost:%d/page" % self.server.server_address[1]})
        if path == "/moved": return self.reply(301, fields={"Location": "/page"})
        if path == "/loop": return self.reply(302, fields={"Location": "/loop"})
        if path == "/away": return self.reply(302, fields={"Location": "http://192.0.2.1/x"})
        if path == "/empty": return self.reply(200, b"<html></html>")
        if path == "/portal": return self.reply(200, b'<a href="/portal/ServiceTags_Public_1.json">')
        if path.startswith("/portal/"): return self.reply(200, b'<html>log in <a href="/portal/ServiceTags_Public_1.json">')
        if path == "/slow":
          self.send_response(200)
          self.send_header("Content-Length", "1000000")
          self.end_headers()
          while True:
            self.wfile.write(b" ")
            self.wfile.flush()
            time.sleep(0.1)
        if path == "/endless":
          self.send_response(200)
          self.end_headers()
          self.close_connection = True
          while True: self.wfile.write(b" " * 65536)
        if path == "/cut":
          self.send_response(200)
          self.send_header("Content-Length", "1000")
          self.end_headers()
          self.wfile.write(b"{")
          self.close_connection = True
          return
        self.reply(404)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_address[1], file=open(sys.argv[1], "w"), flush=True)
    server.serve_forever()
    """#

  private func withServer(_ body: (String) async throws -> Void) async throws {
    try await Tool.withFolder { folder in
      let file = folder.appending(path: "port").path
      let program = try ChildProgram(
        try ChildProgram.path("python3"), ["-c", Self.python, file],
        ChildProgram.Streams(output: folder.appending(path: "log").path))
      let end = ContinuousClock.now + .seconds(20)
      var port: Int?
      while port == nil, ContinuousClock.now < end {
        port = (try? String(contentsOfFile: file, encoding: .utf8)).flatMap {
          $0.hasSuffix("\n") ? Int($0.trimmingCharacters(in: .newlines)) : nil
        }
        try await Task.sleep(for: .milliseconds(20))
      }
      do { try await body("http://127.0.0.1:\(try #require(port))") } catch {
        program.signal(SIGKILL)
        _ = try? await program.ended()
        throw error
      }
      program.signal(SIGKILL)
      _ = try? await program.ended()
    }
  }

  private func fault(_ text: String, whole: Duration = .seconds(20)) async throws -> TagFetchFault? {
    let fetcher = TagFetcher(agent: "postern/test", timeouts: ProbeTimeouts(whole: whole))
    do throws(TagFetchFault) {
      _ = try await fetcher.fetch(try TagURL(text))
      return nil
    } catch { return error }
  }

  @Test("the file is had by its own URL, through the page that offers it, and through a redirect to that")
  func fetched() async throws {
    try await withServer { root in
      for path in [
        "/file/ServiceTags_Public_20250721.json", "/page", "/moved", "/details?id=56519", "/other",
      ] {
        let (octets, url) = try await TagFetcher(agent: "postern/test").fetch(try TagURL(root + path))
        #expect(octets == Array(#"{"changeNumber":1}"#.utf8))
        // A redirect to another host is followed, and the page's link then leads to that host.
        let host = path == "/other" ? root.replacing("127.0.0.1", with: "localhost") : root
        #expect(url.description == host + "/file/ServiceTags_Public_20250721.json")
      }
    }
  }

  @Test("a server that leads astray, never ends, or breaks off gets nothing in")
  func faults() async throws {
    try await withServer { root in
      let expected: [(path: String, fault: TagFetchFault)] = [
        ("/nothing", .status(404, try TagURL(root + "/nothing"))), ("/loop", .tooManyRedirects),
        ("/away", .url("http://192.0.2.1/x")), ("/empty", .noLink(try TagURL(root + "/empty"))),
        ("/portal", .noLink(try TagURL(root + "/portal/ServiceTags_Public_1.json"))),
        ("/endless", .tooLarge(most: TagFileReader.mostOctets)),
        ("/cut", .connection(.torn, try TagURL(root + "/cut"))),
        ("/slow", .connection(.timeout, try TagURL(root + "/slow"))),
      ]
      for (path, wanted) in expected {
        let found = try await fault(root + path, whole: path == "/slow" ? .seconds(1) : .seconds(20))
        #expect(found == wanted)
      }
    }
    let closed = "http://127.0.0.1:1/x"
    #expect(try await fault(closed) == .connection(.unreachable, try TagURL(closed)))
  }
}
