import Foundation
import TestTools
import Testing

extension EndToEnd {
  @Suite struct ObserveTests {
    private static let query =
      "Nov 23 08:31:19 dnsmasq[1]: query[A] eastus.data.mcr.microsoft.com from 10.20.3.17\n"

    private static func observe(_ arguments: [String], input: String = "") async throws -> Tool.Outcome {
      try await Tool.withFolder { folder in
        try await Tool.run(
          try Service.program(), ["observe", "--state", folder.path] + arguments, input: Array(input.utf8))
      }
    }

    @Test(
      "a dry run must list names, what looks related, the format, and refused lines without their clients")
    func dryRun() async throws {
      let outcome = try await Self.observe(
        ["--dry-run", "--json"],
        input: Self.query + Self.query.replacing("eastus", with: "a b")
          + Self.query.replacing("eastus.", with: "x.y.")
          + "Nov 23 08:31:19 dnsmasq[1]: reply eastus.data.mcr.microsoft.com is 192.0.2.1\n")
      try #require(outcome.status == 0, "\(outcome.errors)")
      #expect(
        outcome.text == """
          {"names":[{"name":"eastus.data.mcr.microsoft.com","sightings":1,"evidence":"resolved"}],\
          "related":[{"name":"x.y.data.mcr.microsoft.com","sightings":1,"relation":"same parent"}],\
          "refused":[{"fault":"notHostname","lines":1,"samples":\
          ["Nov 23 08:31:19 dnsmasq[1]: query[A] a b.data.mcr.microsoft.com from (address)"]}],\
          "inputs":[{"file":"-","format":"dnsmasq","lines":4}],"lines":4,"unwatched":1,"overflow":0}

          """)
      let table = try await Self.observe(["--dry-run"], input: Self.query)
      #expect(table.text.contains("-: read as dnsmasq, 1 lines"), "\(table.text)")
    }

    @Test("compressed files must be read, and damaged ones told")
    func compressed() async throws {
      try await Tool.withFolder { folder in
        let path = folder.appending(path: "a.log").path
        try Data(String(repeating: Self.query, count: 50_000).utf8).write(to: URL(filePath: path))
        #expect(try await Tool.run("gzip", [path]).status == 0)
        let whole = try await Self.observe(["--dry-run", "--json", path + ".gz"])
        #expect(
          whole.text.contains(#""sightings":50000"#) && whole.text.contains(#""lines":50000"#),
          "\(whole.text)")
        let octets = try Data(contentsOf: URL(filePath: path + ".gz"))
        try octets.dropLast(5).write(to: URL(filePath: path + ".gz"))
        let cut = try await Self.observe(["--dry-run", path + ".gz"])
        #expect(
          cut.status == 1 && cut.errors.contains("cut off") && cut.errors.contains("Try: "), "\(cut.errors)")
        let none = try await Self.observe(["--dry-run", path])
        #expect(none.status == 1 && none.errors.contains("Try: "), "\(none.errors)")
        let inFolder = try await Self.observe(["--dry-run", folder.path])
        #expect(inFolder.status == 1 && inFolder.errors.contains("Try: "), "\(inFolder.errors)")
      }
    }

    @Test("a format can be named or described, and a wrong one gets exit code 2 and says what to try")
    func formats() async throws {
      let described = try await Self.observe(
        ["--dry-run", "--json", "--format", #"{time} q="{name}" {*}"#],
        input: "08:31 q=\"eastus.data.mcr.microsoft.com\" x\n")
      #expect(
        described.text.contains(#""format":"template""#) && described.text.contains("eastus"),
        "\(described.text)")
      let named = try await Self.observe(["--dry-run", "--json", "--format", "unbound"], input: Self.query)
      #expect(named.text.contains(#""names":[],"#), "\(named.text)")
      for wrong in ["unbond", "{name", "json:x"] {
        let outcome = try await Self.observe(["--dry-run", "--format", wrong], input: Self.query)
        #expect(
          outcome.status == 2 && outcome.errors.contains("Try: "), "\(outcome.status) \(outcome.errors)")
      }
      let list = try await Self.observe(["--formats"])
      #expect(list.lines.count == 20 && list.text.contains("pdns-recursor"), "\(list.text)")
    }

    @Test("more names than one batch keeps must still be learned from a file")
    func manyNames() async throws {
      let text = (0..<20_000).map { Self.query.replacing("eastus", with: "n\($0)") }.joined()
      let outcome = try await Self.observe(["--dry-run", "--json"], input: text)
      #expect(outcome.text.count(where: { $0 == "{" }) > 20_000)
      #expect(outcome.text.contains(#""overflow":0"#))
    }
  }
}
