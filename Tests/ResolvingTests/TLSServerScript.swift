import Foundation
import TestTools

/// A server of DNS over TLS that does as no real one would, in Python: each question has the address 192.0.2.7.
enum TLSServerScript {
  /// What it does, beside answering.
  enum Manner: String, Sendable {
    case answers
    /// Closes the connection after each reply.
    case closes
    /// The same, without TLS 1.3.
    case closesOld = "closes-old"
    /// Closes the connection after the client's first words.
    case dies
    /// Says nothing at all, as a server without TLS that waits for the rest of a message.
    case silent
    /// Says something in clear.
    case clear
    /// Waits before it takes part in the handshake.
    case slow
    /// Gives replies in pieces of one octet, each a TLS record.
    case crumbs
    /// Gives two replies in one TLS record, when it has got two questions.
    case pairs
  }

  /// Starts it on a port of loopback, with `name`.pem and `name`.key.
  static func start(
    _ manner: Manner, port: UInt16, _ certificates: TestCertificates, name: String = "server"
  ) throws -> RealServer {
    try RealServer("python3", files: ["server.py": text, "log": ""]) {
      [
        $0.appending(path: "server.py").path, "\(port)", manner.rawValue, certificates.path("\(name).pem"),
        certificates.path("\(name).key"), $0.appending(path: "log").path,
      ]
    }
  }

  /// What a server noted: `connection new TLSv1.3 dot` or `connection resumed …`, and `query LENGTH`.
  static func log(_ server: RealServer) throws -> [String] {
    try String(contentsOf: server.folder.appending(path: "log"), encoding: .utf8)
      .split(separator: "\n").map(String.init)
  }

  private static let text = """
    import socket, ssl, struct, sys, threading, time
    port, manner, certificate, key, log = sys.argv[1:]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    context.set_alpn_protocols(["dot"])
    if manner == "closes-old": context.maximum_version = ssl.TLSVersion.TLSv1_2

    def note(line):
        with open(log, "a") as file: file.write(line + "\\n")

    def whole(connection, count):
        octets = b""
        while len(octets) < count:
            part = connection.recv(count - len(octets))
            if not part: raise EOFError
            octets += part
        return octets

    def reply(query):
        end = 12
        while query[end]: end += query[end] + 1
        question = query[12:end + 5]
        body = query[:2] + b"\\x81\\x80\\0\\1\\0\\1\\0\\0\\0\\0" + question
        body += b"\\xc0\\x0c\\0\\1\\0\\1\\0\\0\\0\\x3c\\0\\4\\xc0\\0\\2\\7"
        return struct.pack("!H", len(body)) + body

    def serve(client):
        try:
            if manner == "silent": return time.sleep(60)
            if manner in ("dies", "clear"):
                client.recv(100)
                if manner == "clear": client.sendall(b"HTTP/1.1 400 Bad Request\\r\\n\\r\\n")
                return client.close()
            if manner == "slow": time.sleep(0.5)
            connection = context.wrap_socket(client, server_side=True)
            resumed = "resumed" if connection.session_reused else "new"
            note(f"connection {resumed} {connection.version()} {connection.selected_alpn_protocol()}")
            waiting = b""
            while True:
                query = whole(connection, struct.unpack("!H", whole(connection, 2))[0])
                note(f"query {len(query)}")
                octets = reply(query)
                if manner == "crumbs":
                    for octet in octets: connection.sendall(bytes([octet]))
                elif manner == "pairs":
                    waiting = b"" if waiting and not connection.sendall(waiting + octets) else octets
                else:
                    connection.sendall(octets)
                if manner.startswith("closes"):
                    connection.unwrap()
                    return connection.close()
        except (OSError, EOFError) as error:
            note(f"end {type(error).__name__}")
            client.close()

    listener = socket.create_server(("127.0.0.1", int(port)), backlog=128)
    while True:
        threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
    """
}
