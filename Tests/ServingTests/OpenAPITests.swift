import Deciding
import Foundation
import TestTools
import Testing

@testable import Serving

@Suite(.timeLimit(.minutes(2))) struct OpenAPITests {
  private struct Document: Decodable {
    let openapi: String
    let paths: [String: [String: Operation]]

    struct Operation: Decodable {
      let operationId: String
    }
  }

  private func document() throws -> Document {
    try JSONDecoder().decode(Document.self, from: Data(OpenAPIDocument.json))
  }

  /// A path of the document with values that mean something.
  private func filled(_ path: String) -> String {
    path.replacing("{set}", with: "mcr").replacing("{generation}", with: "42").replacing(
      "{ending}", with: "txt")
  }

  @Test("each described path leads to a route of its own, with the methods that the route takes")
  func described() throws {
    let document = try document()
    #expect(document.openapi.hasPrefix("3.1"))
    for (path, operations) in document.paths {
      let route = try #require(Route(path: filled(path)), "\(path)")
      #expect(
        operations.keys.map { $0.uppercased() }.sorted().joined(separator: ", ") == route.methods, "\(path)")
    }
    let operations = document.paths.values.flatMap { $0.values.map(\.operationId) }
    #expect(Set(operations).count == operations.count)
  }

  @Test("each route is described")
  func complete() throws {
    let described = Set(try document().paths.keys.compactMap { Route(path: filled($0))?.pattern })
    // Every case of Route once; the compiler makes sure that `pattern` knows them all.
    let set = try #require(SetName("mcr"))
    let routes: [Route] = [
      .index, .sets, .set(set, ending: nil), .version(set), .changes(set), .diff(set), .events(set),
      .snapshots(set),
      .snapshot(set, Generation(42), ending: "txt"), .names, .sources, .vantages, .allEvents, .formats,
      .history, .explain, .decisions,
      .retention(set), .setTags(set), .tags,
      .sightings,
      .consumers,
      .key, .openAPI, .healthz, .readyz, .metrics,
    ]
    #expect(Set(routes.map(\.pattern)) == described)
  }

  @Test("it is served as JSON")
  func served() async throws {
    try await TestServer.run { server in
      let reply = try await server.curl("/openapi.json")
      #expect(reply.fields["content-type"] == "application/json")
      #expect(try await Tool.run("jq", ["-r", ".openapi"], input: Array(reply.body)).lines == ["3.1.0"])
    }
  }
}
