import DNS
import Foundation
import Testing

@testable import postern

@Suite struct ConfigurationLoaderTests {
  @Test("the command line must win over the environment, and that over the file")
  func precedence() throws {
    let yaml = "state: /file\nhttp: { listen: ['127.0.0.1:1'] }\nupstreams: [10.0.0.1]"
    let environment = [
      "POSTERN_STATE": "/environment", "POSTERN_LISTEN": "127.0.0.1:2, [::1]:2",
      "POSTERN_UPSTREAM": "10.0.0.2",
    ]
    func load(_ overrides: ConfigurationOverrides, _ environment: [String: String]) throws -> Configuration {
      try ConfigurationLoader.configuration(
        text: yaml, file: "p.yaml", overrides: overrides, environment: environment)
    }
    let plain = try load(ConfigurationOverrides(), [:])
    #expect(plain.state == Setting("/file", .file(FilePlace(file: "p.yaml", line: 1, column: 8))))

    let fromEnvironment = try load(ConfigurationOverrides(), environment)
    #expect(fromEnvironment.state == Setting("/environment", .environment("POSTERN_STATE")))
    #expect(fromEnvironment.listen.value.map(\.description) == ["127.0.0.1:2", "[::1]:2"])
    #expect(fromEnvironment.upstreams.value?.map(\.label) == ["10.0.0.2"])

    let options = ConfigurationOverrides(
      listen: ["127.0.0.1:3"], upstreams: ["10.0.0.3", "10.0.0.4"], state: "here")
    let fromOptions = try load(options, environment)
    #expect(fromOptions.state == Setting("here", .commandLine("--state")))
    #expect(fromOptions.listen.value.map(\.port) == [3])
    #expect(fromOptions.upstreams.value?.count == 2)
    #expect(fromOptions.upstreams.origin.description == "command line --upstream")
  }

  @Test("a wrong value outside the file must be told like one inside")
  func overridesAreChecked() {
    let error = #expect(throws: ConfigurationError.self) {
      try ConfigurationLoader.configuration(
        text: nil, overrides: ConfigurationOverrides(listen: ["8053"]),
        environment: ["POSTERN_UPSTREAM": "dns"])
    }
    #expect(
      error?.description == """
        command line --listen: http.listen: '8053' is not an address with a port. Try: host:port, such as \
        127.0.0.1:8053 or [::1]:8053
        environment POSTERN_UPSTREAM: upstreams: 'dns' is not an address. Try: an address or address:port, such as \
        10.0.0.53, 10.0.0.53:5353 or [2001:db8::53]:53, or for DNS over TLS 9.9.9.9#dns.quad9.net
        """)
  }

  struct StateCase: Sendable {
    let environment: [String: String]
    let userID: UInt32
    let folder: String?
    let origin: String?
  }

  @Test(
    "state kept in another folder than last time is state lost",
    arguments: [
      StateCase(
        environment: ["STATE_DIRECTORY": "/var/lib/a:/var/lib/b", "HOME": "/h"], userID: 7,
        folder: "/var/lib/a",
        origin: "environment STATE_DIRECTORY"),
      StateCase(environment: ["HOME": "/root"], userID: 0, folder: "/var/lib/postern", origin: "default"),
      StateCase(
        environment: ["XDG_STATE_HOME": "/x", "HOME": "/h"], userID: 7, folder: "/x/postern",
        origin: "environment XDG_STATE_HOME"),
      StateCase(
        environment: ["XDG_STATE_HOME": "x", "HOME": "/h"], userID: 7, folder: "/h/.local/state/postern",
        origin: "default"),
      StateCase(environment: ["HOME": "/"], userID: 7, folder: "/.local/state/postern", origin: "default"),
      StateCase(environment: [:], userID: 7, folder: nil, origin: nil),
    ])
  func stateDirectory(_ example: StateCase) {
    let state = StateDirectory.byDefault(environment: example.environment, userID: example.userID)
    #expect(state?.value == example.folder)
    #expect(state?.origin.description == example.origin)
  }

  @Test("without any folder for its state the service must say what to do")
  func noStateDirectory() {
    let error = #expect(throws: ConfigurationError.self) {
      try ConfigurationLoader.configuration(text: nil, userID: 7)
    }
    #expect(
      error?.description
        == "default: state: there is no home folder to keep the database in. Try: --state FOLDER, or POSTERN_STATE"
    )
  }

  @Test("a file that isn't there, or is no text, must not be taken for an empty one")
  func unreadableFiles() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "postern-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let binary = folder.appending(path: "binary.yaml")
    try Data([0x73, 0xff, 0xfe]).write(to: binary)
    let large = folder.appending(path: "large.yaml")
    try Data(repeating: 0x23, count: ConfigurationLoader.largestFile + 1).write(to: large)
    let examples = [
      (folder.appending(path: "none.yaml").path, "there is no such file"),
      (folder.path, "it is no file that can be read"),
      (binary.path, "the file is not UTF-8"),
      (large.path, "the file is larger than 1 MiB"),
    ]
    for (path, sentence) in examples {
      let error = #expect(throws: ConfigurationError.self) {
        try ConfigurationLoader.load(option: path, environment: [:], userID: 0)
      }
      #expect(error?.problems.map(\.sentence) == [sentence])
    }
  }

  @Test("the file named on the command line wins over POSTERN_CONFIG")
  func choosesTheFile() throws {
    #expect(ConfigurationLoader.path(option: nil, environment: [:]) == nil)
    #expect(ConfigurationLoader.path(option: nil, environment: ["POSTERN_CONFIG": ""]) == nil)
    #expect(ConfigurationLoader.path(option: nil, environment: ["POSTERN_CONFIG": "/a"]) == "/a")
    #expect(ConfigurationLoader.path(option: "/b", environment: ["POSTERN_CONFIG": "/a"]) == "/b")
  }
}
