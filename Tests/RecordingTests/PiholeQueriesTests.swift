import Deciding
import Foundation
import GRDB
import TestTools
import Testing

@testable import Recording

@Suite struct PiholeQueriesTests {
  /// A copy of the sample that FTL might be writing to.
  private static func withDatabase(_ body: (String) async throws -> Void) async throws {
    let resources = try #require(Bundle.module.resourceURL)
    try await Tool.withFolder { folder in
      let path = folder.appending(path: "pihole-FTL.db").path
      try FileManager.default.copyItem(
        atPath: resources.appending(path: "Fixtures/pihole-FTL.db").path, toPath: path)
      try await body(path)
    }
  }

  private static func use(_ domain: String, _ evidence: NameEvidence, _ count: Int64) -> PiholeQueries.Use {
    PiholeQueries.Use(domain: domain, evidence: evidence, count: count)
  }

  @Test func `Each row counts once, through any number of looks`() async throws {
    try await Self.withDatabase { path in
      let queries = try PiholeQueries(path: path)
      let all = try queries.next(after: 0)
      #expect(all.rows == 40 && all.lastID == 40 && all.hidden == 0 && !all.wasReplaced)
      #expect(
        all.uses.map(\.domain) == [
          "eastasia.data.mcr.microsoft.com", "eastus.data.mcr.microsoft.com", "mcr.microsoft.com",
          "nosuchregion.data.mcr.microsoft.com", "westeurope.data.mcr.microsoft.com", "www.example.com",
        ])
      #expect(all.uses.allSatisfy { [6, 7].contains($0.count) && $0.evidence == .resolved })
      var (last, rows, counts) = (Int64(0), Int64(0), [String: Int64]())
      for _ in 0..<10 {
        let page = try queries.next(after: last, limit: 7)
        (last, rows) = (page.lastID, rows + page.rows)
        for use in page.uses { counts[use.domain, default: 0] += use.count }
      }
      #expect(last == 40 && rows == 40 && counts.values.allSatisfy { [6, 7].contains($0) })
      let rest = try queries.next(after: 40)
      #expect(rest.uses.isEmpty && rest.rows == 0 && rest.lastID == 40 && !rest.wasReplaced)
    }
  }

  @Test
  func
    `A row that FTL adds is seen by the reader that is open, and what a filter answered is only a question`()
    async throws
  {
    try await Self.withDatabase { path in
      let queries = try PiholeQueries(path: path)
      var last = try queries.next(after: 0).lastID
      let writer = try DatabaseQueue(path: path)
      try await writer.write { db in
        try db.execute(sql: "PRAGMA user_version = 21")
        for (status, domain, reply) in [
          (1, "blocked.example", 4), (2, "gone.example", 2), (3, "hidden", 4), (2, "nodata.example", 1),
          (17, "stale.example", 3), (2, "broken.example", 7), (99, "new.example", 4),
        ] {
          try db.execute(
            sql: """
              INSERT INTO query_storage (timestamp, type, status, domain, client, reply_type)
              VALUES (1, 1, ?, ?, '10.0.0.1', ?)
              """, arguments: [status, domain, reply])
        }
        // Neither a text nor the number of one.
        for domain in ["NULL", "7777", "x'ff00'", "''"] {
          try? db.execute(
            sql: """
              INSERT INTO query_storage (timestamp, type, status, domain, client, reply_type)
              VALUES (1, 1, 2, \(domain), '10.0.0.1', 4)
              """)
        }
      }
      let page = try queries.next(after: last)
      last = page.lastID
      #expect(page.hidden == 4 && page.rows == 10)
      #expect(
        page.uses == [
          Self.use("blocked.example", .asked, 1), Self.use("broken.example", .asked, 1),
          Self.use("gone.example", .denied, 1), Self.use("new.example", .asked, 1),
          Self.use("nodata.example", .denied, 1), Self.use("stale.example", .resolved, 1),
        ])
      // Pi-hole's "flush": FTL counts on; another file begins anew.
      try await writer.write { db in try db.execute(sql: "DELETE FROM query_storage") }
      let empty = try queries.next(after: last)
      #expect(empty.rows == 0 && !empty.wasReplaced)
      try await writer.write { db in
        try db.execute(sql: "DELETE FROM sqlite_sequence")
        try db.execute(
          sql: """
            INSERT INTO query_storage (timestamp, type, status, domain, client)
            VALUES (1, 1, 2, 'again.example', '10.0.0.1')
            """)
      }
      let again = try queries.next(after: last)
      #expect(again.wasReplaced && again.lastID == 1 && again.uses.map(\.domain) == ["again.example"])
    }
  }

  @Test func `A missing, foreign or damaged file is told with what to try`() async throws {
    try await Tool.withFolder { folder in
      let path = folder.appending(path: "x.db").path
      #expect(throws: PiholeError.missing(path: path)) { try PiholeQueries(path: path) }
      try Data("no database at all, but a text that is long enough".utf8).write(to: URL(filePath: path))
      #expect(throws: PiholeError.foreign(path: path)) { try PiholeQueries(path: path) }
      try FileManager.default.removeItem(atPath: path)
      try await DatabaseQueue(path: path).write { db in
        try db.execute(sql: "CREATE TABLE gravity (domain TEXT)")
      }
      #expect(throws: PiholeError.foreign(path: path)) { try PiholeQueries(path: path) }
    }
    try await Self.withDatabase { path in
      var octets = try Data(contentsOf: URL(filePath: path))
      octets.replaceSubrange(4096..<octets.count, with: Data(repeating: 0x5a, count: octets.count - 4096))
      try octets.write(to: URL(filePath: path))
      #expect(throws: PiholeError.self) { try PiholeQueries(path: path).next(after: 0) }
    }
  }

  @Test func `The reader never writes, and a page is one consistent look beside a busy writer`() async throws
  {
    try await Self.withDatabase { path in
      let writer = try DatabasePool(path: path)
      try await writer.write { db in try db.execute(sql: "DELETE FROM query_storage") }
      let queries = try PiholeQueries(path: path)
      async let writing: Void = {
        for number in 0..<50 {
          try await writer.write { db in
            for label in ["a", "b", "c"] {
              try db.execute(
                sql: """
                  INSERT INTO query_storage (timestamp, type, status, domain, client, reply_type)
                  VALUES (1, 1, 2, ?, '10.0.0.1', 4)
                  """, arguments: ["\(label)\(number).example"])
            }
          }
        }
      }()
      var (last, domains) = (Int64(0), [String]())
      let end = ContinuousClock.now + .seconds(20)
      while domains.count < 150, ContinuousClock.now < end {
        let page = try queries.next(after: last)
        #expect(page.rows % 3 == 0, "whole transactions")
        last = page.lastID
        domains += page.uses.map(\.domain)
        await Task.yield()
      }
      try await writing
      #expect(domains.count == 150 && Set(domains).count == 150)
    }
  }
}
