import Deciding
import Foundation
import Learning

/// Brings one file of service tags from where it lies into the history.
struct TagCollector {
  let archive: any TagArchive
  let clock: SystemClock
  /// Who asks, for the history.
  let by: String
  var isForced = false
  /// Whose file it must be; nil for any cloud's.
  var cloud: Cloud?

  /// For each request.
  static let defaultDeadline = Duration.seconds(180)

  /// What came of it.
  struct Result: Sendable {
    let file: ServiceTagFile
    let verdict: TagImport.Verdict
    /// The path or URL at which it was found.
    let source: String
  }

  /// Takes a file of this machine in.
  ///
  /// - Throws: `TagFetchFault`, `TagFileError`, `TagRefusal` or what the history throws; the kept edition stays.
  func take(_ source: TagFileSource, _ stamp: TagFileSource.Stamp) async throws -> Result {
    try await keep(try source.read(stamp), from: stamp.path, asOf: stamp.modified)
  }

  /// Fetches a file.
  ///
  /// - Throws: as for a file of this machine.
  func take(
    _ url: TagURL, roots: String?, within deadline: Duration = Self.defaultDeadline
  ) async throws -> Result {
    let fetcher = TagFetcher(
      agent: "postern/\(Postern.version)", roots: roots,
      proxies: try FetchProxies(environment: ProcessInfo.processInfo.environment),
      timeouts: ProbeTimeouts(
        connect: min(deadline, .seconds(10)), read: min(deadline, .seconds(30)), whole: deadline))
    let (octets, found) = try await fetcher.fetch(url)
    return try await keep(octets, from: found.description, asOf: clock.now)
  }

  private func keep(_ octets: [UInt8], from source: String, asOf: Timestamp) async throws -> Result {
    let file: ServiceTagFile
    do throws(TagFileError) { file = try TagFileReader.read(octets) } catch {
      throw TagSourceFault(source: source, error: error)
    }
    if let cloud, cloud != file.cloud { throw TagRefusal.otherCloud(wanted: cloud, given: file.cloud) }
    let now = clock.now
    let origin = TagOrigin(source: source, asOf: min(asOf, now), at: now, by: by)
    let verdict = try await archive.importTags(file, origin, isForced: isForced)
    return Result(file: file, verdict: verdict, source: source)
  }
}

/// What is wrong with a file, and which.
struct TagSourceFault: Error, CustomStringConvertible {
  let source: String
  let error: TagFileError

  var description: String { "\(source) is no file of service tags: \(error)" }
}
