import Deciding
package import DNS
import Foundation
import NIOConcurrencyHelpers
package import Resolving

/// A name server on loopback, UDP and TCP on one port, that answers as its script says. It runs on a thread of its
/// own, so that it never blocks the pool that the tests run on.
package final class FakeNameServer: Sendable {
  package let port: UInt16
  private let shared: NIOLockedValueBox<Shared>
  private let descriptors: Descriptors

  /// A query as it came in.
  package struct Query: Sendable {
    package let octets: [UInt8]
    package let message: Message
    package let question: Question
    package let questionLength: Int
    package let transport: Transport
    /// The client's port.
    package let source: UInt16
    /// How often this question came before, over either transport.
    package let repeats: Int

    /// A reply that repeats the question.
    package func reply(code: UInt16 = 0, flags: UInt16 = 0) -> ReplyWriter {
      ReplyWriter(to: octets, questionLength: questionLength, code: code, flags: flags)
    }
  }

  /// What to do with a query.
  package enum Reaction: Sendable {
    case send([[UInt8]])
    case sendLater([UInt8], after: Duration)
    /// Sends the first from another port and from another address with the right port, as a forger would, and then the
    /// others as it should be. Over UDP alone.
    case forge([UInt8], then: [[UInt8]])
    case silence
    /// Closes the TCP connection.
    case close

    package static func send(_ writer: ReplyWriter) -> Reaction { .send([writer.octets]) }
  }

  package typealias Script = @Sendable (Query) throws -> Reaction

  private struct Shared {
    var queries = [Query]()
    var isStopping = false
  }

  private struct Descriptors: Sendable {
    let udp: Int32
    let tcp: Int32
  }

  /// Starts on `port`, or on a free one.
  package init(port: UInt16 = 0, script: @escaping Script) throws(FakeNameServerError) {
    var descriptors: Descriptors?
    var chosen = port
    for _ in 0..<20 where descriptors == nil {
      guard let (udp, bound) = Self.bound(SOCK_DGRAM, port) else { continue }
      guard let (tcp, _) = Self.bound(SOCK_STREAM, bound), listen(tcp, 64) == 0 else {
        close(udp)
        continue
      }
      descriptors = Descriptors(udp: udp, tcp: tcp)
      chosen = bound
    }
    guard let descriptors else { throw .noPort }
    self.port = chosen
    self.descriptors = descriptors
    let shared = NIOLockedValueBox(Shared())
    self.shared = shared
    let thread = Thread {
      var server = Service(udp: descriptors.udp, tcp: descriptors.tcp, script: script)
      while !shared.withLockedValue({ $0.isStopping }) {
        server.serve { query in shared.withLockedValue { $0.queries.append(query) } }
      }
      server.close()
      shared.withLockedValue { $0.isStopping = false }
    }
    thread.start()
  }

  deinit { stop() }

  /// Stops answering; the port is closed within 10 ms.
  package func stop() { shared.withLockedValue { $0.isStopping = true } }

  /// The queries so far.
  package var queries: [Query] { shared.withLockedValue { $0.queries } }

  package func upstream(transport: Transport = .udp, clientSubnet: IPPrefix? = nil) -> Upstream {
    Upstream(
      vantage: .init("fake"), address: IPAddress(v4: 0x7f00_0001), port: port, transport: transport,
      clientSubnet: clientSubnet)
  }

  private static func bound(_ type: __socket_type, _ port: UInt16) -> (Int32, UInt16)? {
    let descriptor = socket(AF_INET, Int32(type.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return nil }
    var one: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        bind(descriptor, pointer, length) == 0 ? getsockname(descriptor, pointer, &length) : -1
      }
    }
    guard status == 0 else {
      close(descriptor)
      return nil
    }
    return (descriptor, UInt16(bigEndian: address.sin_port))
  }
}

package enum FakeNameServerError: Error {
  case noPort
}
