import Foundation
import TestTools

/// Takes what is posted, checks the signature with code that isn't ours, and writes one line for each event.
final class WebhookReceiver {
  private let folder: URL
  private let port: Int
  private let program: ChildProgram

  private static let script = """
    import hashlib, hmac, http.server, json, sys
    key = open(sys.argv[2]).readline().strip().encode()
    class Handler(http.server.BaseHTTPRequestHandler):
      def log_message(self, *words): pass
      def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        time, code = (part.split("=")[1] for part in self.headers["x-postern-signature"].split(","))
        isOurs = hmac.compare_digest(hmac.new(key, time.encode() + b"." + body, hashlib.sha256).hexdigest(), code)
        message = json.loads(body)
        if "event" in message:
          print(isOurs, self.headers["x-postern-delivery"], message["event"]["kind"], message["event"]["subject"], flush=True)
        self.send_response(204); self.end_headers()
    http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
    """

  /// Listens until this value is gone; its secret and what came are files in `folder`.
  init(in folder: URL) async throws {
    self.folder = folder
    port = try await Service.freePort()
    let secret = folder.appending(path: "secret").path
    try "a-secret-of-the-webhook\n".write(toFile: secret, atomically: true, encoding: .utf8)
    program = try ChildProgram(
      try ChildProgram.path("python3"), ["-c", Self.script, "\(port)", secret],
      ChildProgram.Streams(
        output: folder.appending(path: "posts").path, errors: folder.appending(path: "receiver.log").path))
  }

  deinit { program.signal(SIGKILL) }

  /// The top-level key that lets these events be posted here.
  func configuration(events: [String]) -> String {
    "webhooks: [{ url: \"http://127.0.0.1:\(port)/\", secretFile: \(folder.appending(path: "secret").path), "
      + "events: [\(events.joined(separator: ", "))] }]"
  }

  /// What came: whether the signature is right, the delivery, the event's kind and its subject.
  var posts: [String] {
    let text = try? String(contentsOf: folder.appending(path: "posts"), encoding: .utf8)
    return text?.split(separator: "\n").map(String.init) ?? []
  }
}
