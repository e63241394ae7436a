import Testing

/// The whole program from the outside: real DNS in, sets out. One after another, since each starts servers.
@Suite(.serialized, .timeLimit(.minutes(2))) enum EndToEnd {}

/// Waits until `condition` holds, and fails the test when it doesn't in time.
func eventually(
  _ what: String, within limit: Duration = .seconds(25), sourceLocation: SourceLocation = #_sourceLocation,
  _ condition: () async throws -> Bool
) async throws {
  let end = ContinuousClock.now + limit
  while ContinuousClock.now < end {
    if try await condition() { return }
    try await Task.sleep(for: .milliseconds(40))
  }
  try #require(await condition(), "\(what) did not come about in \(limit)", sourceLocation: sourceLocation)
}
