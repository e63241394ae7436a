import ArgumentParser
import Foundation
import Testing

@testable import postern

@Suite("The README doesn't lie")
struct ReadmeTests {
  private static var text: String {
    get throws {
      let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
      return try String(contentsOf: root.appending(path: "README.md"), encoding: .utf8)
    }
  }

  /// The fenced blocks of a language.
  private static func blocks(_ language: String) throws -> [String] {
    try text.components(separatedBy: "```\(language)\n").dropFirst().compactMap {
      $0.components(separatedBy: "\n```").first
    }
  }

  @Test("each configuration in it is accepted")
  func configurations() throws {
    let blocks = try Self.blocks("yaml")
    #expect(!blocks.isEmpty)
    for block in blocks {
      let configuration = try ConfigurationLoader.configuration(text: block)
      #expect(!configuration.enabledSets.isEmpty)
    }
  }

  @Test("each command in it is understood")
  func commands() throws {
    let lines = try (Self.blocks("console") + Self.blocks("cron") + Self.blocks("sh")).flatMap {
      $0.split(separator: "\n")
    }
    let commands = lines.compactMap { line -> [String]? in
      guard let start = line.range(of: "postern ") else { return nil }
      let isPrompt = line.hasPrefix("$ ") || line.hasPrefix("* ") || line.hasPrefix("postern ")
      guard isPrompt, !line.contains("curl") else { return nil }
      let words = line[start.upperBound...].split(separator: " ").map(String.init)
      return Self.joiningQuotes(words)
    }
    #expect(commands.count >= 4)
    for command in commands { _ = try Postern.parseAsRoot(command) }
  }

  /// What a shell does with single quotes.
  private static func joiningQuotes(_ words: [String]) -> [String] {
    var joined = [String]()
    var open: String?
    for word in words {
      if let begun = open {
        open = word.hasSuffix("'") ? nil : "\(begun) \(word)"
        if open == nil { joined.append("\(begun) \(word.dropLast())") }
      } else if word.hasPrefix("'"), !word.hasSuffix("'") {
        open = String(word.dropFirst())
      } else {
        joined.append(word)
      }
    }
    return joined
  }
}
