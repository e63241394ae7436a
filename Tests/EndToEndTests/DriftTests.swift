import Foundation
import TestTools
import Testing

extension EndToEnd {
  /// What becomes otherwise. TTLs are compared hour by hour and a coverage must be low for a quarter of an hour, both in
  /// one run of the service, so only scripted time shows `ttl.changed` and `coverage.fell`.
  @Suite struct DriftTests {
    /// What happens and to whom.
    private static let expected = [
      "alias.unexpected": "edge.world.test",
      "chain.changed": "mcr.microsoft.com",
      "name.admitted": "uksouth.data.mcr.microsoft.com",
      "name.gone": "westus2.data.mcr.microsoft.com",
      "addresses.replaced": "eastus.data.mcr.microsoft.com",
      "tag.left": "150.171.69.10",
    ]

    private struct Told: Decodable {
      let kind: String
      let subject: String
    }

    /// Imports a file of service tags in which an edge's prefix is in one tag, then in another.
    private func importTags(_ change: Int, _ tag: String, by service: Service) async throws {
      let file = service.folder.appending(path: "tags.json").path
      try """
      {"changeNumber":\(change),"cloud":"Public","values":[{"name":"\(tag)","id":"x","properties":
      {"changeNumber":\(change),"addressPrefixes":["150.171.69.0/24"]}}]}
      """.write(toFile: file, atomically: true, encoding: .utf8)
      let imported = try await service.postern("tags", "import", file)
      #expect(imported.status == 0, "\(imported.errors)")
      try await eventually("change \(change)") {
        try await service.get("/v1/tags").text.contains("\"change\":\(change)")
      }
    }

    @Test("each way in which names and their tags drift is listed, streamed, posted and counted")
    func tells() async throws {
      try await World.run { world in
        try await Tool.withFolder { folder in
          let receiver = try await WebhookReceiver(in: folder)
          let hook = receiver.configuration(events: Self.expected.keys.sorted())
          try await Service.run(
            upstream: world.upstream, set: "retention: 60s, families: [ipv4]", rest: hook
          ) { service in
            try await service.startAndPublish()
            let streamed = folder.appending(path: "streamed")
            let stream = try ChildProgram(
              try ChildProgram.path("curl"),
              ["-sN", "-H", "Accept: text/event-stream", "http://127.0.0.1:\(service.port)/v1/events"],
              ChildProgram.Streams(output: streamed.path))
            defer { stream.signal(SIGKILL) }
            try await eventually("the stream's head") {
              (try? String(contentsOf: streamed, encoding: .utf8))?.contains("retry: 5000") == true
            }
            try await importTags(1, "AzureFrontDoor.FirstParty", by: service)
            try await service.awaitAnswers(60)
            try await importTags(2, "AzureFrontDoor.Frontend", by: service)

            try await world.add("uksouth")
            try await world.remove("westus2")
            try await world.lead(to: "edge")
            try await world.move(to: ["150.171.74.1"])
            let observed = try await service.postern("observe", input: "uksouth.data.mcr.microsoft.com\n")
            #expect(observed.status == 0, "\(observed.errors)")

            func isComplete(_ told: [Told]) -> Bool {
              Self.expected.allSatisfy { kind, subject in
                told.contains { $0.kind == kind && $0.subject == subject }
              }
            }
            try await eventually("each kind in the list") {
              isComplete(Self.decode(try await service.postern("events", "--json").lines))
            }
            try await eventually("each kind on the stream") {
              let text = (try? String(contentsOf: streamed, encoding: .utf8)) ?? ""
              let data = text.split(separator: "\n").filter { $0.hasPrefix("data: ") }
              return isComplete(Self.decode(data.map { String($0.dropFirst("data: ".count)) }))
            }
            try await eventually("each kind at the webhook") {
              Self.expected.allSatisfy { kind, subject in
                receiver.posts.contains { $0.hasPrefix("True ") && $0.hasSuffix(" \(kind) \(subject)") }
              }
            }
            let metrics = try await service.get("/metrics").text.split(separator: "\n")
            for kind in Self.expected.keys {
              let line = metrics.first { $0.hasPrefix("postern_events_total{kind=\"\(kind)\"}") }
              #expect(Int(line?.split(separator: " ").last ?? "0") ?? 0 > 0, "\(kind)")
            }
            let digest = try await service.postern("digest", "--since", "1h").text
            for subject in Set(Self.expected.values)
            where subject.hasPrefix("150.") == false && subject != "eastus.data.mcr.microsoft.com" {
              #expect(digest.contains(subject), "\(digest)")
            }
          }
        }
      }
    }

    private static func decode(_ lines: [String]) -> [Told] {
      lines.compactMap { try? JSONDecoder().decode(Told.self, from: Data($0.utf8)) }
    }
  }
}
