import Crypto
import DNS
import Deciding
import Foundation
import Learning
import TestTools
import Testing

/// The probe against the registry that Debian packages, with its own TLS and HTTP/2; it gives blobs itself.
@Suite(.timeLimit(.minutes(1)))
struct LiveDockerRegistryTests {
  @Test("A real registry's index, manifest and blobs lead to the registry itself")
  func direct() async throws {
    try await TestAuthority.with { authority in
      let identity = try await authority.identity()
      try await Tool.withFolder { folder in
        let image = SampleImage()
        try Self.store(image, in: folder)
        let (program, port, log) = try await Self.start(in: folder, identity)
        defer { program.signal(SIGTERM) }
        let host = try DomainName("localhost")
        let probe = RegistryProbe(
          registry: RegistryEndpoint(host: host, port: port),
          repositories: [try RegistryRepository("hello-world"), try RegistryRepository("absent")],
          watching: WatchedNames([.name(host)]), version: "1", roots: authority.roots,
          now: { LiveRegistryProbeTests.now })
        let round = await probe.round()
        #expect(
          round.steps.map { $0.outcome } == [
            .index(manifests: 3), .manifest(blobs: 2), .direct, .direct, nil, nil,
          ], "\(round.steps)")
        #expect(round.steps.suffix(2).map(\.fault) == [.notFound, .notFound])
        #expect(round.sightings.map(\.name) == [host] && round.related.isEmpty)
        #expect(try String(contentsOf: log, encoding: .utf8).contains("HTTP/2.0"))
      }
    }
  }

  /// Lays an image down as the registry keeps it on disk.
  private static func store(_ image: SampleImage, in folder: URL) throws {
    let root = folder.appending(path: "data/docker/registry/v2")
    func write(_ octets: some Sequence<UInt8>, _ path: String) throws {
      let file = root.appending(path: path)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(octets).write(to: file)
    }
    let repository = "repositories/hello-world"
    for octets in [image.config, image.layer, image.manifest, image.index] {
      let digest = ContentDigest(of: octets)
      let hexadecimal = digest.text.dropFirst(7)
      try write(octets, "blobs/sha256/\(hexadecimal.prefix(2))/\(hexadecimal)/data")
      try write(digest.text.utf8, "\(repository)/_layers/sha256/\(hexadecimal)/link")
      try write(digest.text.utf8, "\(repository)/_manifests/revisions/sha256/\(hexadecimal)/link")
    }
    let index = ContentDigest(of: image.index)
    try write(index.text.utf8, "\(repository)/_manifests/tags/latest/current/link")
    try write(
      index.text.utf8, "\(repository)/_manifests/tags/latest/index/sha256/\(index.text.dropFirst(7))/link")
  }

  /// Starts the registry on a free port.
  private static func start(
    in folder: URL, _ identity: TestAuthority.Identity
  ) async throws -> (ChildProgram, port: Int, log: URL) {
    let program = try ChildProgram.path("docker-registry")
    for _ in 0..<10 {
      let port = Int.random(in: 20_000..<60_000)
      let configuration = """
        version: 0.1
        storage: { filesystem: { rootdirectory: "\(folder.path)/data" } }
        http:
          addr: "127.0.0.1:\(port)"
          tls: { certificate: "\(identity.certificate)", key: "\(identity.key)" }
        """
      let (file, log) = (folder.appending(path: "config.yml"), folder.appending(path: "log-\(port)"))
      try Data(configuration.utf8).write(to: file)
      let child = try ChildProgram(program, ["serve", file.path], ChildProgram.Streams(output: log.path))
      let deadline = ContinuousClock.now + .seconds(10)
      while ContinuousClock.now < deadline {
        let text = String(decoding: (try? Data(contentsOf: log)) ?? Data(), as: UTF8.self)
        if text.contains("listening on") { return (child, port, log) }
        if text.contains("address already in use") { break }
        try await Task.sleep(for: .milliseconds(20))
      }
      child.signal(SIGKILL)
    }
    throw NotStarted()
  }

  private struct NotStarted: Error {}
}
