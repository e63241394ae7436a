import Deciding
import Learning
import Logging
import Refreshing
import ServiceLifecycle

/// Follows one place of service tags while the service runs: a file when it changes, a URL again and again. What is wrong
/// becomes an event, once, and the kept edition stays.
struct TagFeed: Service {
  let setting: TagSourceSetting
  let archive: any TagArchive
  let worker: ResolverWorker
  let clock: SystemClock
  let logger: Logger

  /// How often a file is looked at.
  private static let looking = Duration.seconds(10)
  /// A URL that failed is asked again after this, if it isn't due sooner.
  private static let retrying = Duration.seconds(15 * 60)

  func run() async throws {
    _ = await cancelWhenGracefulShutdown {
      switch setting.place {
      case .file(let source): await follow(source)
      case .url(let url, let every, let roots): await fetch(url, every: every, roots: roots)
      }
    }
  }

  private func follow(_ source: TagFileSource) async {
    var taken: TagFileSource.Stamp?
    var told: String?
    repeat {
      do {
        let stamp = try source.newest()
        guard stamp != taken else { continue }
        taken = stamp
        await note(try await collector.take(source, stamp))
        told = nil
      } catch {
        // What can't be read now may be readable without a change of the file.
        if error is TagFetchFault { taken = nil }
        await tell(error, unless: &told)
      }
    } while (try? await Task.sleep(for: Self.looking)) != nil
  }

  private func fetch(_ url: TagURL, every: Duration, roots: String?) async {
    var told: String?
    var pause = every
    repeat {
      do {
        await note(try await collector.take(url, roots: roots))
        (told, pause) = (nil, every)
      } catch {
        if Task.isCancelled { return }
        await tell(error, unless: &told)
        pause = min(every, Self.retrying)
      }
    } while (try? await Task.sleep(for: pause)) != nil
  }

  private var collector: TagCollector {
    TagCollector(archive: archive, clock: clock, by: "postern serve", cloud: setting.cloud)
  }

  private func note(_ result: TagCollector.Result) async {
    switch result.verdict {
    case .edition: await worker.takeDecisions()
    // It is as new as the look at it, which counts for what old tags may not keep out or give.
    case .same: await worker.renewTags()
    }
  }

  private func tell(_ error: any Error, unless told: inout String?) async {
    let text = "\(error)"
    guard text != told else { return }
    told = text
    await worker.note(
      Event(
        at: clock.now, kind: "tag.refused", subject: setting.text,
        detail: "\(text); the service tags that are kept stay"))
  }
}
