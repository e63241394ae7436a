import ArgumentParser
import Publishing

struct KeyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "key",
    abstract: "The public key that signatures of this service are checked with.",
    discussion:
      "The key pair is made on first use, under the state folder. HTTP tells the public key at /v1/key.")

  @OptionGroup var shared: SharedOptions

  func run() throws {
    let configuration = try shared.load()
    try StateFolder.make(configuration.state.value)
    Console.write(try SigningKeyFile(configuration.signingKeyPath).readOrMake().publicKey.file)
  }
}

extension Configuration {
  /// The signing key's file.
  var signingKeyPath: String { state.value + "/signing.key" }
}
