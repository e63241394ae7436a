import Foundation
import TestTools
import Testing

extension EndToEnd {
  @Suite struct SignatureTests {
    @Test("verify tells a good file from a changed, old, foreign or missing one by its exit code")
    func verify() async throws {
      let program = try Service.program()
      try await Tool.withFolder { folder in
        let state = folder.appending(path: "state").path
        let made = try await Tool.run(program, ["key", "--state", state])
        try #require(made.status == 0, "\(made.errors)")
        #expect(made.lines.count == 2)
        #expect(try await Tool.run(program, ["key", "--state", state]).text == made.text)
        // minisign-compatible signatures that ours must take: made with python's cryptography from the stored seed.
        let script = """
          import base64, hashlib, sys
          from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
          from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
          state, name, generation = sys.argv[1:4]
          key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(open(state + "/signing.key").read().split("\\n")[1]))
          public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
          body = open(name, "rb").read()
          signature = key.sign(body)
          comment = f"timestamp:1795424400\\tfile:mcr.txt\\tset:mcr\\tgeneration:{generation}"
          print("untrusted comment: x")
          print(base64.b64encode(b"Ed" + hashlib.sha256(public).digest()[:8] + signature).decode())
          print("trusted comment: " + comment)
          print(base64.b64encode(key.sign(signature + comment.encode())).decode())
          """
        let file = folder.appending(path: "mcr.txt")
        try "20.0.0.1\n".write(to: file, atomically: true, encoding: .utf8)
        let signed = try await Tool.run("python3", ["-c", script, state, file.path, "42"])
        try #require(signed.status == 0, "\(signed.errors)")
        try signed.output.write(to: folder.appending(path: "mcr.txt.minisig"))
        let key = made.lines[1]
        let good = try await Tool.run(program, ["verify", file.path, "--key", key, "--state", folder.path])
        #expect(good.status == 0, "\(good.errors)")
        #expect(good.text.hasPrefix("good: set mcr, generation 42 of 2026-11-23T09:00:00Z, key "))
        let other = "untrusted comment: x\n\(key.dropLast(4))AAAA\n"
        try other.write(to: folder.appending(path: "other.pub"), atomically: true, encoding: .utf8)
        let cases: [([String], Int32)] = [
          ([file.path, "--state", state], 0), ([file.path, "--state", state, "--not-before", "42"], 0),
          ([file.path, "--state", state, "--not-before", "43"], 1),
          ([file.path, "--state", state, "--not-before", "0"], 2),
          ([file.path, "--state", state, "--json"], 0), ([file.path, "--key", "nonsense"], 2),
          ([file.path, "--key", folder.appending(path: "other.pub").path], 1),
          ([file.path, "--key", file.path], 2), ([folder.appending(path: "none").path, "--key", key], 5),
          ([file.path, "--key", key, "--signature", file.path], 1), ([file.path, "--state", folder.path], 2),
        ]
        for (arguments, status) in cases {
          let outcome = try await Tool.run(program, ["verify"] + arguments)
          #expect(outcome.status == status, "\(arguments): \(outcome.text)\(outcome.errors)")
          if status != 0 { #expect(outcome.errors.contains("Try: "), "\(outcome.errors)") }
        }
        try "20.0.0.2\n".write(to: file, atomically: true, encoding: .utf8)
        #expect(try await Tool.run(program, ["verify", file.path, "--key", key]).status == 1)
      }
    }

    @Test("no consumer yet is told as such")
    func noConsumers() async throws {
      try await Tool.withFolder { folder in
        let outcome = try await Tool.run(try Service.program(), ["consumers", "--state", folder.path])
        #expect(outcome.status == 5)
        #expect(outcome.errors.contains("Try: "))
      }
    }
  }
}
