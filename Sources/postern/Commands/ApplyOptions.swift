import Applying
import ArgumentParser
import Deciding
import Foundation
import Publishing

/// Where a set goes.
struct KernelOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp("Load into sets of this nftables table (family inet).", valueName: "table"))
  var nft: String?
  @Flag(name: .long, help: "Load into ipset.")
  var ipset = false
  @Option(name: .long, help: ArgumentHelp("4, 6 or both.", valueName: "4|6|both"))
  var family: String = "both"
  @Option(name: .long, help: "The sets' name in the kernel, instead of the set's own.")
  var name: String?
  @Option(name: .long, help: ArgumentHelp("The most elements of a family.", valueName: "count"))
  var maxelem: Int = RenderOptions.defaultMaxElements
  @Flag(name: .long, help: "Let a family that has elements in the kernel lose all of them.")
  var allowEmptyFamily = false

  func validate() throws {
    guard (nft != nil) != ipset else {
      throw ValidationError("exactly one of --nft and --ipset is needed. Try: --nft postern")
    }
    guard (1...4_000_000).contains(maxelem) else {
      throw ValidationError("--maxelem must be from 1 to 4000000")
    }
    guard Families(rawValue: family) != nil else { throw ValidationError("--family is 4, 6 or both") }
  }

  func target(_ set: SetName) throws -> KernelTarget {
    let kind: KernelTarget.Kind
    if let nft {
      guard let table = TableName(nft) else {
        throw CommandFailure(
          .usage, "'\(nft)' is no table's name", try: "a letter, then letters, digits, _ and -, at most 31")
      }
      kind = .nft(table)
    } else {
      kind = .ipset
    }
    guard let name = name.map({ SetName($0) }) ?? set else {
      throw CommandFailure(.usage, "'\(name ?? "")' is no set's name", try: "1 to 26 of a-z 0-9 _ -")
    }
    return try KernelTarget(
      kind, name: name, families: Families(rawValue: family) ?? .both, maxElements: maxelem,
      allowsEmptyFamily: allowEmptyFamily)
  }
}

/// A set from a file.
struct ApplySource: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Read a plain list from this file ('-' for standard input) instead of the history.", valueName: "file"),
    completion: .file())
  var from: String?

  /// - Parameter key: asks for the signature in `FILE.minisig`.
  func read(_ set: SetName, limit: Int, key: String?) throws -> WantedSet {
    let path = from ?? "-"
    let data =
      path == "-"
      ? FileHandle.standardInput.readDataToEndOfFile() : FileManager.default.contents(atPath: path)
    guard let data else {
      throw CommandFailure(.failed, "can't read '\(path)'", try: "its path, owner and mode")
    }
    if let key {
      guard let signature = FileManager.default.contents(atPath: path + ".minisig") else {
        throw CommandFailure(
          .noTrustworthySet, "there is no signature '\(path).minisig'", try: "leave out --key")
      }
      try DetachedSignature(String(decoding: signature, as: UTF8.self)).verify(
        Array(data), with: VerifyingKey(option: key), of: set, generation: nil)
    }
    let list = try PlainList(Array(data), limit: limit * 2)
    return try WantedSet(set: set, generation: nil, prefixes: list.prefixes)
  }
}

/// How a server is followed.
struct FollowOptions: ParsableArguments {
  @Option(
    name: .customLong("follow"),
    help: ArgumentHelp("Stay, and keep the kernel in step with this Postern server.", valueName: "url"))
  var url: String?
  @Option(
    name: .long,
    help: ArgumentHelp(
      "The server's public key, in a file or in base64: ask for a signature.", valueName: "key"))
  var key: String?
  @Option(
    name: .long, help: ArgumentHelp("A PEM file of authorities to trust.", valueName: "file"),
    completion: .file())
  var ca: String?
  @Option(
    name: .long, help: ArgumentHelp("A file with the token for the server.", valueName: "file"),
    completion: .file())
  var tokenFile: String?
  @Flag(name: .long, help: "Take an older generation once, after the server's history was replaced.")
  var allowRollback = false
  @Option(
    name: .long, help: ArgumentHelp("The pause between polls of a server that can't push.", valueName: "span")
  )
  var poll: String?
  @Option(name: .long, help: ArgumentHelp("The pause between looks at the kernel.", valueName: "span"))
  var check: String?

  var hasOptions: Bool { ca != nil || tokenFile != nil || allowRollback || poll != nil || check != nil }

  func clientSettings(_ set: SetName) throws -> FollowClient.Settings {
    guard let url, let server = FollowedServer(url, set: set) else {
      throw CommandFailure(
        .usage, "'\(url ?? "")' is no URL of a server",
        try: "https://postern.example, without a query or a password")
    }
    if tokenFile != nil, server.isPlain, !server.isLocal {
      throw CommandFailure(
        .usage, "the token would travel in the clear", try: "https, or a server on this machine")
    }
    var settings = FollowClient.Settings(server: server, set: set)
    settings.authorities = ca
    settings.key = try key.map(VerifyingKey.init(option:))
    if let tokenFile {
      guard Self.token(tokenFile) != nil else {
        throw CommandFailure(.usage, "'\(tokenFile)' holds no token", try: "one line, without blanks")
      }
      settings.token = { Self.token(tokenFile) }
    }
    return settings
  }

  static func span(_ text: String, _ option: String) throws -> Duration {
    guard let span = QuantityText.duration(text), span >= .milliseconds(100), span <= .seconds(86_400) else {
      throw CommandFailure(.usage, "\(option) '\(text)' is no span from 100ms to 24h", try: "\(option) 10s")
    }
    return span
  }

  private static func token(_ path: String) -> String? {
    guard let data = FileManager.default.contents(atPath: path),
      let line = String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline).first
    else { return nil }
    let token = line.trimmingCharacters(in: .whitespaces)
    // What could end the header field, or isn't ASCII, is no token (RFC 6750).
    return !token.isEmpty && token.utf8.allSatisfy { (0x21...0x7e).contains($0) } ? token : nil
  }
}
