import DNS
import Deciding
import Foundation
import Publishing
import Testing

/// Sets of prefixes, as service tags give them.
@Suite struct PrefixSnapshotTests {
  private func snapshot() throws -> Snapshot {
    let elements = try ["20.0.0.0/24", "150.171.69.10", "2603:1061:f:100::/64"].map {
      SetElement(
        prefix: try #require(IPPrefix($0)), names: [], firstSeen: Samples.generatedAt,
        lastSeen: Samples.generatedAt)
    }
    return Snapshot(
      set: try #require(SetName("tags")), generation: Generation(7), at: Samples.generatedAt,
      elements: elements, digest: .computing(elements.map(\.prefix)))
  }

  @Test("no format cuts a prefix to its first address; what needs names says so")
  func everyFormat() throws {
    let snapshot = try snapshot()
    for format in FormatRegistry.all {
      do throws(RenderError) {
        var options = Samples.options(format)
        options.families = format.takes.contains(.family) ? .ipv4 : options.families
        let text = try format.render(snapshot, options, RenderContext(serviceTags: ["A"])).text
        let isWhole =
          [
            "20.0.0.0/24", "20.0.0.0 255.255.255.0", "20.0.0.255", "20.0.0.0-20.0.0.255", "\"A\"", "'A'",
            "0.0.0.255",
            #""20.0.0.0","prefix_len":24"#,
          ]
          .contains { text.contains($0) }
        #expect(isWhole, "\(format.id): \(text.prefix(600))")
      } catch {
        switch error {
        case .missing: break
        default: Issue.record("\(format.id): \(error)")
        }
      }
    }
  }

  @Test("plain writes the elements as they are, which is what the digest is of")
  func plain() throws {
    let snapshot = try snapshot()
    var options = PlainFormat().defaultOptions
    options.aggregate = false
    let body = try PlainFormat().render(snapshot, options)
    #expect(body.text == "20.0.0.0/24\n150.171.69.10\n2603:1061:f:100::/64\n")
    #expect(snapshot.digest == .computing(body: body))
  }
}
