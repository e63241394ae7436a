import DNS
import Learning
import Testing

struct RegistryNameTests {
  @Test(
    "A registry is read with or without scheme and port",
    arguments: [
      ("mcr.microsoft.com", "mcr.microsoft.com"), ("https://MCR.microsoft.com/", "mcr.microsoft.com"),
      ("r.example:443", "r.example"), ("localhost:5000", "localhost:5000"),
    ])
  func registry(_ text: String, _ description: String) throws {
    #expect(try RegistryEndpoint(text).description == description)
  }

  @Test(
    "What is no registry is refused",
    arguments: [
      "", "http://r.example", "r.example/v2", "r.example:0", "r.example:x", "r.example:", "10.0.0.1",
      "[::1]:5000",
      "u@r.example", "r..example", "r_x.example", "a:1:2", "r.example?x",
    ])
  func noRegistry(_ text: String) {
    #expect(throws: RegistryNameError.registry(text)) { try RegistryEndpoint(text) }
  }

  @Test(
    "A repository is read with or without a tag",
    arguments: [
      "hello-world", "oss/kubernetes/pause", "oss/kubernetes/pause:3.10", "a__b/c--d/e.f", "x:_A.b-c",
      "mcr/hello-world:latest",
    ])
  func repository(_ text: String) throws {
    #expect(try RegistryRepository(reading: text).description == text)
  }

  @Test(
    "What could leave its place in a path is no repository and no tag",
    arguments: [
      "", "/", "a/", "/a", "a//b", "../a", "a/../b", "A", "a..b", "a___b", "a._b", "-a", "a-", "a b", "a?b",
      "a#b",
      "a%2fb", "a:", "a:-x", "a:.x", "a:b/c", "a:b c", "a:ü", "ä", "a\n", String(repeating: "a", count: 256),
      "a:" + String(repeating: "b", count: 129),
    ])
  func noRepository(_ text: String) {
    #expect(throws: RegistryNameError.self) { try RegistryRepository(reading: text) }
  }
}
