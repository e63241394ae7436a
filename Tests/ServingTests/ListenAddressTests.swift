import Serving
import Testing

@Suite struct ListenAddressTests {
  @Test(
    "an address reads back as it is printed",
    arguments: ["127.0.0.1:8053", "[::1]:0", "localhost:65535", "[2001:db8::1]:80"])
  func reads(text: String) {
    #expect(ListenAddress(text)?.description == text)
  }

  @Test(
    "anything else is refused",
    arguments: ["", ":80", "127.0.0.1", "::1:80", "[]:80", "x:65536", "x:-1", "x:"])
  func refused(text: String) {
    #expect(ListenAddress(text) == nil)
  }
}
