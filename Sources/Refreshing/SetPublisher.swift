package import Deciding

/// Takes what may be served. Called in order, each time with all sets that have something.
package protocol SetPublisher: Sendable {
  func publish(_ sets: [PublishedSet], readiness: Readiness) async
}
