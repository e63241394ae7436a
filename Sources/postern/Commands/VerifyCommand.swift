import ArgumentParser
import Deciding
import Foundation
import Publishing

struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Check a fetched set against its signature.",
    discussion: """
      Ends with 0 when the key signed exactly this file, and prints which set and generation it is; with 1 when it \
      did not, or when the generation is older than --not-before; with 2 when the key is no key; with 5 when a file \
      is missing.
      """)

  @Argument(help: "The file, as it was fetched.", completion: .file())
  var file: String
  @Option(
    name: .long,
    help: ArgumentHelp(
      "The public key: a file, or the line itself; else this machine's own.", valueName: "key"),
    completion: .file())
  var key: String?
  @Option(
    name: .long, help: ArgumentHelp("The signature; else the file's name with .minisig.", valueName: "file"),
    completion: .file())
  var signature: String?
  @Option(
    name: .long,
    help: ArgumentHelp("Refuse a generation that is older than this one.", valueName: "generation"))
  var notBefore: Int64?
  @OptionGroup var output: OutputOptions
  @OptionGroup var shared: SharedOptions

  func run() throws {
    if let notBefore, notBefore < 1 {
      throw CommandFailure(.usage, "--not-before \(notBefore) is no generation", try: "a whole number from 1")
    }
    let key = try readKey()
    let body = try Self.read(file)
    let text = try Self.read(signature ?? file + ".minisig")
    do throws(SignatureFault) {
      let said = try DetachedSignature(String(decoding: text, as: UTF8.self)).verify(
        body, with: key, notBefore: notBefore.map { Generation($0) })
      guard output.json else {
        let at = Timestamp(seconds: said.timestamp)
        return Console.line("good: set \(said.set), generation \(said.generation) of \(at), key \(key.id)")
      }
      var json = JSONText()
      json.beginObject()
      json.string(said.set, "set")
      json.number(said.generation.number, "generation")
      json.timestamp(Timestamp(seconds: said.timestamp), "published_at")
      json.string(said.file, "file")
      json.string(key.id, "key")
      json.endObject()
      json.endLine()
      Console.write(json.bytes)
    } catch {
      throw CommandFailure(.failed, "\(file): \(error)")
    }
  }

  private func readKey() throws -> VerifyingKey {
    guard let given = key else {
      let path = try shared.load().signingKeyPath
      guard let own = try SigningKeyFile(path).read() else {
        throw CommandFailure(
          .usage, "there is no key to check with",
          try: "--key with what 'postern key' prints on the service's machine")
      }
      return own.publicKey
    }
    return try VerifyingKey(option: given)
  }

  private static func read(_ path: String) throws -> [UInt8] {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw CommandFailure(
        .notFound, "'\(path)' can't be read", try: "fetch it, or name another with --signature")
    }
    return Array(data)
  }
}
