import Deciding
import Foundation
import Publishing
import TestTools
import Testing

@Suite struct SigningKeyTests {
  private static let body = Array("20.0.0.1\n".utf8)

  private static func signed(
    _ key: SigningKey, set: String = "mcr", generation: Int64 = 42
  ) throws -> String {
    let snapshot = Snapshot(
      set: try #require(SetName(set)), generation: Generation(generation),
      at: Timestamp(seconds: 1_795_424_400),
      elements: [], digest: .computing(body: body))
    return String(
      decoding: try #require(key.sign(body, TrustedComment(snapshot, file: "mcr.txt"))), as: UTF8.self)
  }

  @Test("what a key signs it verifies, with the generation, and the same bytes give the same signature")
  func roundTrip() throws {
    let key = SigningKey()
    let text = try Self.signed(key)
    #expect(try Self.signed(key) == text)
    let said = try DetachedSignature(text).verify(Self.body, with: key.publicKey, notBefore: Generation(42))
    #expect(said.generation == Generation(42))
    #expect(said.set == "mcr" && said.file == "mcr.txt" && said.timestamp == 1_795_424_400)
    let again = try #require(SigningKey(seed: key.seed))
    #expect(again.publicKey == key.publicKey)
    #expect(VerifyingKey(String(decoding: key.publicKey.file, as: UTF8.self)) == key.publicKey)
    #expect(VerifyingKey(key.publicKey.description) == key.publicKey)
  }

  @Test("a change of any octet of the signature, the comment or the file is noticed")
  func tampered() throws {
    let key = SigningKey()
    let text = try Self.signed(key)
    var refused = 0
    let octets = Array(text.utf8)
    let comment =
      text.utf8.firstIndex(of: 0x0a).map { text.utf8.distance(from: text.startIndex, to: $0) } ?? 0
    // The untrusted comment is what its name says.
    for index in (comment + 1)..<octets.count - 1 {
      var changed = octets
      changed[index] = changed[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
      if changed == octets { continue }
      do {
        _ = try DetachedSignature(String(decoding: changed, as: UTF8.self)).verify(
          Self.body, with: key.publicKey)
        Issue.record("octet \(index) was changed and nobody noticed")
      } catch { refused += 1 }
    }
    #expect(refused > 200)
    #expect(throws: SignatureFault.changedFile) {
      try DetachedSignature(text).verify(Self.body + [0x0a], with: key.publicKey)
    }
    #expect(throws: SignatureFault.otherKey) {
      try DetachedSignature(text).verify(Self.body, with: SigningKey().publicKey)
    }
    #expect(throws: SignatureFault.changedComment) {
      let other = text.replacing("generation:42", with: "generation:43")
      return try DetachedSignature(other).verify(Self.body, with: key.publicKey)
    }
    #expect(throws: SignatureFault.tooOld(Generation(42), oldest: Generation(43))) {
      try DetachedSignature(text).verify(Self.body, with: key.publicKey, notBefore: Generation(43))
    }
  }

  @Test("a good signature of another set or generation than the wanted one is refused")
  func wanted() throws {
    let key = SigningKey()
    let name = try #require(SetName("mcr"))
    func verify(_ text: String, _ body: [UInt8] = Self.body, generation: Int64? = 42) throws {
      try DetachedSignature(text).verify(
        body, with: key.publicKey, of: name, generation: generation.map { Generation($0) })
    }
    try verify(try Self.signed(key))
    try verify(try Self.signed(key), generation: nil)
    #expect(throws: SignatureFault.otherGeneration(Generation(42))) {
      try verify(try Self.signed(key), generation: 43)
    }
    #expect(throws: SignatureFault.otherSet) { try verify(try Self.signed(key, set: "dev")) }
    #expect(throws: SignatureFault.changedFile) { try verify(try Self.signed(key), Array("20.0.0.2\n".utf8)) }
    #expect(throws: SignatureFault.otherKey) { try verify(try Self.signed(SigningKey())) }
    #expect(throws: SignatureFault.malformed) { try verify(String(try Self.signed(key).dropLast(30))) }
    // A signer who says nothing of set and generation, as minisign itself doesn't.
    let silent = try Self.signed(key).replacing("set:mcr\tgeneration:42", with: "")
    #expect(throws: SignatureFault.changedComment) { try verify(silent) }
  }

  @Test("a public key is read with its comment, without it and bare, and nothing else is one")
  func publicKeys() {
    let key = SigningKey().publicKey
    let file = String(decoding: key.file, as: UTF8.self)
    let bare = Data(key.octets).base64EncodedString()
    for text in [file, key.description, bare, bare + "\n"] { #expect(VerifyingKey(text) == key) }
    for text in ["", "x", "AAAA", file + file, bare + bare, "RW" + key.description] {
      #expect(VerifyingKey(text) == nil, "\(text)")
    }
  }

  @Test("a last character whose unused bits were changed is noticed, whatever the signature ends with")
  func unusedBits() throws {
    let key = SigningKey()
    let text = try #require(
      (1...1000).lazy.compactMap { try? Self.signed(key, generation: $0) }.first { $0.hasSuffix("A==\n") })
    let changed = text.dropLast(4) + "B==\n"
    #expect(throws: SignatureFault.malformed) { try DetachedSignature(changed) }
  }

  @Test(
    "what is no signature is told from a bad one",
    arguments: [
      "", "\n\n\n\n", "untrusted comment: x", "untrusted comment: x\nUlk=\ntrusted comment: y\nUlk=\n",
      String(repeating: "A", count: 100_000), "untrusted comment: x\r\ny\r\ntrusted comment: z\r\nw\r\n",
    ])
  func malformed(text: String) {
    #expect(throws: SignatureFault.malformed) { try DetachedSignature(text) }
  }

  @Test("minisign itself makes no signature that is taken for ours, and a key of it is read")
  func foreign() async throws {
    try await Tool.withFolder { folder in
      let outcome = try await Tool.shell(
        "cd \"$1\"; minisign -GW -p k.pub -s k.key > log; printf x > f; minisign -Sm f -s k.key >> log; cat f.minisig",
        [folder.path])
      try #require(outcome.status == 0, "\(outcome.errors)")
      let file = try String(contentsOf: folder.appending(path: "k.pub"), encoding: .utf8)
      #expect(VerifyingKey(file) != nil)
      // Debian's signs the BLAKE2b of the file.
      #expect(throws: SignatureFault.algorithm) { try DetachedSignature(outcome.text) }
    }
  }

  @Test("the key is made once, however many ask at the same time, and only its owner may read it")
  func file() async throws {
    try await Tool.withFolder { folder in
      let path = folder.appending(path: "signing.key").path
      #expect(try SigningKeyFile(path).read() == nil)
      let seeds = try await withThrowingTaskGroup(of: [UInt8].self) { group in
        for _ in 0..<16 { group.addTask { try SigningKeyFile(path).readOrMake().seed } }
        return try await group.reduce(into: Set<[UInt8]>()) { $0.insert($1) }
      }
      #expect(seeds.count == 1)
      #expect(try SigningKeyFile(path).read()?.seed == seeds.first)
      var status = stat()
      #expect(stat(path, &status) == 0)
      #expect(status.st_mode & 0o7777 == 0o600)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["signing.key"])
      chmod(path, 0o640)
      let exposed = #expect(throws: SigningKeyError.self) { try SigningKeyFile(path).readOrMake() }
      #expect(exposed?.cause == .exposed)
    }
  }

  @Test(
    "a damaged key is never replaced",
    arguments: ["", "x", "postern signing key, Ed25519 seed: keep it secret\nAA==\n"])
  func damaged(text: String) async throws {
    try await Tool.withFolder { folder in
      let path = folder.appending(path: "signing.key").path
      _ = FileManager.default.createFile(
        atPath: path, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
      let error = #expect(throws: SigningKeyError.self) { try SigningKeyFile(path).readOrMake() }
      #expect(error?.cause == .damaged)
      #expect(FileManager.default.contents(atPath: path) == Data(text.utf8))
    }
  }
}
