import Foundation
import TestTools
import Testing

extension EndToEnd {
  @Suite struct CommandTests {
    @Test("the completions are valid for their shell", arguments: ["bash", "zsh", "fish"])
    func completions(_ shell: String) async throws {
      let script = try await Tool.run(try Service.program(), ["--generate-completion-script", shell])
      try #require(script.status == 0 && script.text.contains("postern"))
      try await Tool.withFolder { folder in
        let file = folder.appending(path: "completion")
        try script.output.write(to: file)
        let checked = try await Tool.run(shell, ["-n", file.path])
        #expect(checked.status == 0, "\(checked.errors)")
      }
    }

    @Test(
      "a newcomer's slip gets exit code 2 and says what to try",
      arguments: [
        ["sreve"], ["set", "mrc"], ["set", "MCR!"], ["set", "--format", "pf"], ["explain", "nonsense"],
        ["explain", "20.0.0.1", "--at", "yesterday"], ["diff", "--from", "x"],
        ["resolve", "--deadline", "soon"],
        ["history", "not a name.", "--since", "x"], ["serve", "--log-level", "loud"],
        ["serve", "--upstream", "resolver"],
        ["export", "mcr"], ["set", "--family", "5"], ["serve", "--listen", "here"], ["--nonsense"],
      ])
    func slips(_ arguments: [String]) async throws {
      try await Tool.withFolder { folder in
        let outcome = try await Tool.run(
          try Service.program(), arguments + (arguments[0].hasPrefix("-") ? [] : ["--state", folder.path]))
        let expected: Int32 = arguments == ["set", "mrc"] ? 5 : 2
        #expect(outcome.status == expected, "\(outcome.status) \(outcome.errors)")
        #expect(outcome.errors.contains("Try: ") || outcome.errors.contains("Usage: "), "\(outcome.errors)")
        #expect(
          !outcome.errors.contains("Error Domain") && !outcome.errors.contains("(0x"), "\(outcome.errors)")
      }
    }
  }
}
