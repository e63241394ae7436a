import Foundation
import TestTools
import Testing

extension EndToEnd {
  /// A real dnsdist that speaks TLS before the world's unbound.
  @Suite struct DNSOverTLSTests {
    @Test("a set isn't resolved over TLS, or a certificate for another name is believed or not told of")
    func servesAndRefuses() async throws {
      try await World.run { world in
        try await Tool.withFolder { folder in
          let made = try await TestCertificates.make(in: folder)
          let (port, plain) = (try await Service.freePort(), try await Service.freePort())
          let text = """
            setLocal("127.0.0.1:\(plain)")
            setACL("127.0.0.0/8")
            setSecurityPollSuffix("")
            addTLSLocal("127.0.0.1:\(port)", "\(made.path("server.pem"))", "\(made.path("server.key"))")
            newServer({address="\(world.upstream)"}):setUp()
            """
          let server = try RealServer("dnsdist", files: ["dnsdist.conf": text]) {
            ["--supervised", "--disable-syslog", "-C", $0.appending(path: "dnsdist.conf").path]
          }
          func upstream(_ name: String, _ tlsName: String) -> (name: String, address: String) {
            ("\(name), tlsRoots: \(made.path("ca.pem"))", "127.0.0.1:\(port)#\(tlsName)")
          }
          try await Service.run(
            upstreams: [upstream("right", "localhost"), upstream("wrong", "dns.example.net")]
          ) { service in
            try await service.startAndPublish()
            try await eventually("all of the set") { try await service.addresses().count == 4 }
            let fault = "127.0.0.1:\(port) can't be used: its certificate is not for dns.example.net"
            try await eventually("the one that fails is told of, with the reason") {
              try await service.get("/readyz").text.contains("upstream wrong fails: network: \(fault)")
            }
            #expect(try await !service.get("/readyz").text.contains("upstream right"))
            let doctor = try await service.postern("doctor")
            #expect(doctor.status == 1)
            let told = doctor.lines.filter { $0.hasPrefix("BAD  upstream 127.0.0.1:\(port)") }
            #expect(told.count == 1 && told.allSatisfy { $0.contains(fault) }, "\(doctor.text)")
            #expect(
              doctor.text.contains(
                "Try: 'openssl s_client -connect 127.0.0.1:\(port) -alpn dot -servername dns.example.net "
                  + "-verify_hostname dns.example.net -CAfile \(made.path("ca.pem"))'"))
          }
          withExtendedLifetime(server) {}
        }
      }
    }
  }
}
