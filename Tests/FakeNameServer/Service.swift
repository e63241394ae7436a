import DNS
import Foundation
import Resolving

/// The sockets of a fake name server, on its thread.
struct Service {
  let udp: Int32
  let tcp: Int32
  let script: FakeNameServer.Script
  private var connections = [Int32: [UInt8]]()
  private var later = [(due: ContinuousClock.Instant, octets: [UInt8], to: sockaddr_in)]()
  private var seen = [Question: Int]()
  private var reader = MessageReader()

  init(udp: Int32, tcp: Int32, script: @escaping FakeNameServer.Script) {
    self.udp = udp
    self.tcp = tcp
    self.script = script
  }

  /// Serves what came within 10 ms.
  mutating func serve(_ note: (FakeNameServer.Query) -> Void) {
    sendDue()
    var watched = ([udp, tcp] + connections.keys).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    guard poll(&watched, nfds_t(watched.count), later.isEmpty ? 10 : 2) > 0 else { return }
    for entry in watched where entry.revents != 0 {
      if entry.fd == udp {
        receive(note)
      } else if entry.fd == tcp {
        let connection = accept(tcp, nil, nil)
        if connection >= 0 { connections[connection] = [] }
      } else {
        read(entry.fd, note)
      }
    }
  }

  func close() {
    for descriptor in [udp, tcp] + connections.keys { _ = Foundation.close(descriptor) }
  }

  private mutating func sendDue() {
    let now = ContinuousClock.now
    for entry in later where entry.due <= now { send(entry.octets, to: entry.to) }
    later.removeAll { $0.due <= now }
  }

  private mutating func receive(_ note: (FakeNameServer.Query) -> Void) {
    var octets = [UInt8](repeating: 0, count: 65_536)
    var client = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let count = withUnsafeMutablePointer(to: &client) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        recvfrom(udp, &octets, octets.count, 0, pointer, &length)
      }
    }
    guard count > 0 else { return }
    switch react(Array(octets.prefix(count)), .udp, UInt16(bigEndian: client.sin_port), note) {
    case .send(let replies): for reply in replies { send(reply, to: client) }
    case .forge(let forged, let replies):
      sendFromElsewhere(forged, to: client)
      for reply in replies { send(reply, to: client) }
    case .sendLater(let reply, let wait): later.append((ContinuousClock.now + wait, reply, client))
    case .silence, .close: break
    }
  }

  /// Sends from a port that isn't ours, and from 127.0.0.2 with a port that is.
  private func sendFromElsewhere(_ octets: [UInt8], to client: sockaddr_in) {
    var own = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    _ = withUnsafeMutablePointer(to: &own) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(udp, $0, &length) }
    }
    for (host, port) in [(UInt32(0x7f00_0001), UInt16(0)), (0x7f00_0002, own.sin_port)] {
      let forger = socket(AF_INET, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
      guard forger >= 0 else { continue }
      defer { _ = Foundation.close(forger) }
      own.sin_addr.s_addr = host.bigEndian
      own.sin_port = port
      let isBound = withUnsafePointer(to: &own) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(forger, $0, length) == 0 }
      }
      if isBound { send(octets, to: client, through: forger) }
    }
  }

  private func send(_ octets: [UInt8], to client: sockaddr_in, through descriptor: Int32? = nil) {
    var client = client
    _ = withUnsafePointer(to: &client) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        sendto(descriptor ?? udp, octets, octets.count, 0, pointer, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }

  private mutating func read(_ connection: Int32, _ note: (FakeNameServer.Query) -> Void) {
    var octets = [UInt8](repeating: 0, count: 65_536)
    let count = recv(connection, &octets, octets.count, 0)
    guard count > 0, var buffer = connections[connection] else { return drop(connection) }
    buffer += octets.prefix(count)
    while buffer.count >= 2, buffer.count >= 2 + Int(buffer[0]) << 8 + Int(buffer[1]) {
      let length = Int(buffer[0]) << 8 + Int(buffer[1])
      let query = Array(buffer[2..<2 + length])
      buffer.removeFirst(2 + length)
      switch react(query, .tcp, 0, note) {
      case .send(let replies):
        for reply in replies {
          let framed = [UInt8(reply.count >> 8), UInt8(reply.count & 0xff)] + reply
          _ = Foundation.send(connection, framed, framed.count, Int32(MSG_NOSIGNAL))
        }
      case .close: return drop(connection)
      case .silence, .sendLater, .forge: break
      }
    }
    connections[connection] = buffer
  }

  private mutating func drop(_ connection: Int32) {
    connections[connection] = nil
    _ = Foundation.close(connection)
  }

  private mutating func react(
    _ octets: [UInt8], _ transport: Transport, _ source: UInt16, _ note: (FakeNameServer.Query) -> Void
  ) -> FakeNameServer.Reaction {
    guard let message = try? reader.read(octets), let question = message.question else { return .silence }
    var name = [UInt8]()
    guard (try? MessageWriter.append(question.name, to: &name)) != nil else { return .silence }
    let query = FakeNameServer.Query(
      octets: octets, message: message, question: question, questionLength: name.count + 4,
      transport: transport,
      source: source, repeats: seen[question, default: 0])
    seen[question, default: 0] += 1
    note(query)
    return (try? script(query)) ?? .silence
  }
}
