import DNS
import Deciding
import Resolving
import Testing

@Suite struct SystemResolversTests {
  @Test(
    arguments: [
      ("nameserver 192.0.2.1\nnameserver 2001:db8::1\n", ["192.0.2.1", "2001:db8::1"], []),
      (
        "# nameserver 192.0.2.9\n; x\nsearch example\noptions edns0\nnameserver\t192.0.2.1  \r\n",
        ["192.0.2.1"], []
      ),
      (
        "nameserver 192.0.2.1 # first\nnameserver 192.0.2.1\n nameserver 192.0.2.2",
        ["192.0.2.1", "192.0.2.2"], []
      ),
      ("nameserver fe80::1%eth0\nnameserver 127.0.0.53", ["127.0.0.53"], ["fe80::1%eth0"]),
      ("nameserver\nnameservers 192.0.2.1\nnameserver 1.2.3", [], ["1.2.3"]), ("", [], []),
    ] as [(String, [String], [String])])
  func `Name servers are read as libc reads them`(text: String, addresses: [String], unsupported: [String]) {
    let resolvers = SystemResolvers(text: text)
    #expect(resolvers.addresses.map(\.description) == addresses)
    #expect(resolvers.unsupported == unsupported)
    #expect(resolvers.upstreams.map(\.port) == addresses.map { _ in 53 })
  }

  @Test func `A missing file means the resolver on this host`() throws {
    #expect(
      try SystemResolvers.read("/nonexistent/resolv.conf").addresses.map(\.description) == ["127.0.0.1"])
  }
}
