import Foundation
import TestTools
import Testing

extension EndToEnd {
  /// `postern tags import` from a mirror that nginx serves over TLS, with an authority that only this test knows.
  @Suite struct TagImportTests {
    /// What stands behind nginx, and a proxy: every tunnel ends at nginx, whichever host it is for, as no name resolves here.
    private static let python = """
      import base64, http.server, select, socket, socketserver, sys
      tls, log = int(sys.argv[2]), open(sys.argv[3], "a", buffering=1)
      class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *words): pass
        def do_GET(self):
          self.send_response(200)
          self.send_header("Content-Length", "100000")
          self.end_headers()
          self.wfile.write(b'{"changeNumber":999,"cloud":"Public",')
        def do_CONNECT(self):
          login = self.headers.get("Proxy-Authorization", "")
          print(self.path, base64.b64decode(login.split()[1]).decode() if login else "-", file=log)
          if self.path.startswith("refused."): return self.send_error(403)
          if self.path.startswith("login.") and not login: return self.send_error(407)
          self.send_response(200)
          self.end_headers()
          there = socket.create_connection(("127.0.0.1", tls))
          ends = [self.connection, there]
          while True:
            for end in select.select(ends, [], [])[0]:
              piece = end.recv(65536)
              if not piece: return
              ends[1 - ends.index(end)].sendall(piece)
      class Server(socketserver.ThreadingMixIn, http.server.HTTPServer): daemon_threads = True
      Server(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
      """

    private struct Mirror {
      let folder: URL
      let port: Int
      let strange: Int
      let proxy: Int
      var authority: String { folder.appending(path: "ca.pem").path }
      var tunnels: String {
        (try? String(contentsOf: folder.appending(path: "tunnels"), encoding: .utf8)) ?? ""
      }
    }

    private func withMirror(_ body: (Mirror) async throws -> Void) async throws {
      try await Tool.withFolder { folder in
        let mirror = Mirror(
          folder: folder, port: try await Service.freePort(), strange: try await Service.freePort(),
          proxy: try await Service.freePort())
        try await certify(in: folder)
        let site = folder.appending(path: "site")
        try FileManager.default.createDirectory(at: site, withIntermediateDirectories: true)
        let fixture = Tool.repository.appending(path: "Tests/DecidingTests/Fixtures/ServiceTags_Public.json")
        try FileManager.default.copyItem(
          at: fixture, to: site.appending(path: "ServiceTags_Public_20250721.json"))
        try "<!DOCTYPE html><a href=\"/ServiceTags_Public_20250721.json\">Download</a>".write(
          to: site.appending(path: "page.html"), atomically: true, encoding: .utf8)
        try configuration(of: mirror).write(
          to: folder.appending(path: "nginx.conf"), atomically: true, encoding: .utf8)
        let nginx = try ChildProgram(
          try ChildProgram.path("nginx"),
          ["-p", folder.path, "-c", folder.appending(path: "nginx.conf").path],
          ChildProgram.Streams(output: folder.appending(path: "nginx.out").path))
        defer { nginx.signal(SIGKILL) }
        let python = try ChildProgram(
          try ChildProgram.path("python3"),
          ["-c", Self.python, "\(mirror.proxy)", "\(mirror.port)", folder.appending(path: "tunnels").path],
          ChildProgram.Streams(output: folder.appending(path: "python.out").path))
        defer { python.signal(SIGKILL) }
        try await eventually("nginx and the proxy answer") {
          let asked = try await Tool.shell(
            "curl -sf --cacert \"$1\" \"https://localhost:$2/page.html\" && curl -s \"http://127.0.0.1:$3/\" | head -c 9",
            [mirror.authority, "\(mirror.port)", "\(mirror.proxy)"])
          return asked.text.contains("changeNum") || asked.text.contains("{\"change")
        }
        try await body(mirror)
      }
    }

    /// Our authority with a certificate for `localhost` and one name of an intranet, and another authority's for `localhost`.
    private func certify(in folder: URL) async throws {
      let made = try await Tool.shell(
        """
        cd "$1"
        key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"; }
        authority() { key "$1"; openssl req -x509 -new -key "$1.key" -subj "/CN=$1" -days 30 -out "$1.pem"; }
        leaf() { # NAME AUTHORITY SUBJECTS
          key "$1"; openssl req -new -key "$1.key" -subj "/CN=$1" -out "$1.csr"
          openssl x509 -req -in "$1.csr" -CA "$2.pem" -CAkey "$2.key" -CAcreateserial -days 30 -out "$1.pem" \\
            -extfile <(printf 'subjectAltName=%s' "$3")
        }
        authority ca; authority other
        leaf own ca DNS:localhost,DNS:tags.intranet.test,DNS:login.intranet.test; leaf strange other DNS:localhost
        """, [folder.path])
      try #require(made.status == 0, "\(made.errors)")
    }

    private func configuration(of mirror: Mirror) -> String {
      let root = mirror.folder.path
      let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map {
        "\($0)_temp_path \(root)/\($0);"
      }
      return """
        daemon off;
        master_process off;
        pid \(root)/nginx.pid;
        error_log \(root)/nginx.log;
        events {}
        http {
          access_log off;
          \(temporary.joined(separator: "\n  "))
          server {
            listen 127.0.0.1:\(mirror.port) ssl;
            ssl_certificate \(root)/own.pem;
            ssl_certificate_key \(root)/own.key;
            root \(root)/site;
            location = /moved { return 302 /page.html; }
            location = /away { return 302 http://192.0.2.1/tags.json; }
            location = /empty { return 200 "<html></html>"; }
            location = /cut { proxy_pass http://127.0.0.1:\(mirror.proxy); }
            location = /slow { alias \(root)/site/ServiceTags_Public_20250721.json; limit_rate 1000; }
          }
          server {
            listen 127.0.0.1:\(mirror.strange) ssl;
            ssl_certificate \(root)/strange.pem;
            ssl_certificate_key \(root)/strange.key;
            root \(root)/site;
          }
        }
        """
    }

    /// Runs the import with the environment that a test gives.
    private func take(
      _ url: String, _ mirror: Mirror, _ service: Service, _ options: [String] = [],
      environment: [String] = []
    ) async throws -> Tool.Outcome {
      try await Tool.run(
        "env",
        environment + [try Service.program(), "tags", "import", url, "--ca", mirror.authority] + options
          + ["--config", service.configuration])
    }

    @Test(
      "a file comes over TLS by its own URL, a page and a redirect; whatever is wrong there keeps the kept edition"
    )
    func overTLS() async throws {
      try await withMirror { mirror in
        try await Service.run(upstream: "127.0.0.1:1") { service in
          let root = "https://localhost:\(mirror.port)"
          let untrusted = try await service.postern("tags", "import", root + "/moved")
          #expect(
            untrusted.status == 1 && untrusted.errors.contains("can't be verified")
              && untrusted.errors.contains("Try: --ca"), "\(untrusted.errors)")
          #expect(try await service.postern("tags", "list").status != 0, "nothing is kept yet")

          let first = try await take(root + "/moved", mirror, service)
          #expect(first.status == 0 && first.text.contains("took in change 363"), "\(first.errors)")
          for path in ["/page.html", "/ServiceTags_Public_20250721.json"] {
            let again = try await take(root + path, mirror, service)
            #expect(again.status == 0 && again.text.contains("is kept already"), "\(path): \(again.errors)")
          }

          let faults: [(url: String, options: [String], told: [String])] = [
            ("https://localhost:\(mirror.strange)/page.html", [], ["can't be verified", "Try: --ca"]),
            ("https://127.0.0.1:\(mirror.port)/page.html", [], ["its certificate has another name"]),
            (root + "/nothing", [], ["answered 404"]), (root + "/away", [], ["may not be fetched"]),
            (root + "/empty", [], ["offers no ServiceTags_"]),
            (root + "/cut", [], ["the connection ended within a response"]),
            (root + "/slow", ["--deadline", "1s"], ["did not answer in time", "--deadline"]),
            ("https://localhost:1/x", [], ["no connection to it", "https_proxy"]),
            ("http://192.0.2.1/x", [], ["https URL"]),
          ]
          for (url, options, told) in faults {
            let outcome = try await take(url, mirror, service, options)
            #expect(
              outcome.status != 0 && (told + ["Try: "]).allSatisfy(outcome.errors.contains),
              "\(url): \(outcome.errors)")
          }
          let kept = try await service.postern("tags", "list")
          #expect(kept.lines.count == 2 && kept.text.contains("363"), "\(kept.text)")
        }
      }
    }

    @Test(
      "a host that only a proxy reaches is fetched through it; a proxy that refuses is told apart from the host"
    )
    func throughProxy() async throws {
      try await withMirror { mirror in
        try await Service.run(upstream: "127.0.0.1:1") { service in
          let proxy = "https_proxy=http://127.0.0.1:\(mirror.proxy)"
          let first = try await take(
            "https://tags.intranet.test/moved", mirror, service, environment: [proxy])
          #expect(first.status == 0 && first.text.contains("took in change 363"), "\(first.errors)")
          #expect(mirror.tunnels.contains("tags.intranet.test:443 -"), "\(mirror.tunnels)")
          let refused = try await take(
            "https://refused.intranet.test/x", mirror, service, environment: [proxy])
          #expect(
            refused.status == 1 && refused.errors.contains("doesn't let through to refused.intranet.test"),
            "\(refused.errors)")
          let asked = try await take(
            "https://login.intranet.test/moved", mirror, service, environment: [proxy])
          #expect(asked.status == 1 && asked.errors.contains("asks who you are"), "\(asked.errors)")
          let known = try await take(
            "https://login.intranet.test/moved", mirror, service,
            environment: ["HTTPS_PROXY=http://anna:p%40ss@127.0.0.1:\(mirror.proxy)/"])
          #expect(known.status == 0, "\(known.errors)")
          #expect(mirror.tunnels.contains("login.intranet.test:443 anna:p@ss"), "\(mirror.tunnels)")
          let direct = try await take(
            "https://localhost:\(mirror.port)/moved", mirror, service,
            environment: ["https_proxy=http://127.0.0.1:1", "no_proxy=example.com, localhost"])
          #expect(direct.status == 0, "\(direct.errors)")
          let dead = try await take(
            "https://tags.intranet.test/x", mirror, service,
            environment: ["https_proxy=http://anna:secret@127.0.0.1:1"])
          #expect(
            dead.status == 1 && dead.errors.contains("through the proxy http://127.0.0.1:1: no connection")
              && !dead.errors.contains("secret"), "\(dead.errors)")
          let unusable = try await take(
            "https://tags.intranet.test/x", mirror, service, environment: ["https_proxy=socks5://secret:1"])
          #expect(
            unusable.status == 2 && unusable.errors.contains("https_proxy can't be used")
              && !unusable.errors.contains("secret"), "\(unusable.errors)")
        }
      }
    }

    @Test(
      "where only sets of service tags are configured, every command says what they wait for and none asks DNS"
    )
    func firstSteps() async throws {
      try await Service.run(upstream: "127.0.0.1:1") { service in
        let text = """
          state: \(service.state)
          sets: { tags: { fromTags: [AzureFrontDoor.FirstParty], families: [ipv4] } }
          """
        try service.configure(text)
        let output = service.folder.appending(path: "out").path
        func check(_ place: String) async throws {
          for words in [["set", "tags"], ["export", "tags", "--output", output], ["diff", "tags"]] {
            let outcome = try await Tool.run(
              try Service.program(), words + ["--config", service.configuration])
            #expect(
              outcome.status == 3 && outcome.errors.contains("Try: 'postern tags import'"),
              "\(place), \(words): \(outcome.errors)")
          }
          let doctor = try await service.postern("doctor")
          #expect(
            doctor.text.contains("postern tags import") && !doctor.text.contains("none to ask")
              && !doctor.text.contains("answered in"), "\(doctor.text)"
          )
        }
        try await check("without a history")
        // A machine without any resolver.
        func round() async throws -> Tool.Outcome {
          try await Tool.run(
            "unshare",
            [
              "-m", "sh", "-ec", "mount --bind /dev/null /etc/resolv.conf; exec \"$@\"", "sh",
              try Service.program(), "resolve", "--config", service.configuration,
            ])
        }
        let waiting = try await round()
        #expect(waiting.status == 3 && waiting.errors.contains("'postern tags import'"), "\(waiting.errors)")
        #expect(!waiting.errors.contains("no upstream"), "\(waiting.errors)")
        try await check("with an empty history")
        let file = Tool.repository.appending(path: "Tests/DecidingTests/Fixtures/ServiceTags_Public.json")
          .path
        let fresh = service.folder.appending(path: "tags.json").path
        try Data(contentsOf: URL(filePath: file)).write(to: URL(filePath: fresh))
        #expect(try await service.postern("tags", "import", fresh).status == 0)
        let unpublished = try await service.postern("set", "tags")
        #expect(unpublished.status == 3 && unpublished.errors.contains("Try: 'postern serve'"))
        let published = try await round()
        #expect(published.status == 0 && published.text.contains("tags"), "\(published.errors)")
        #expect(try await service.postern("set", "tags").lines.contains("150.171.69.0/24"))
      }
    }
  }
}
