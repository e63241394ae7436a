package import Logging
package import CoreMetrics
import ServiceLifecycle

/// Looks every few seconds whether the files of TLS hold something new.
///
/// Polling, and not inotify: certificates are replaced by renaming, by symbolic links to folders (Kubernetes) and over
/// network file systems, which only reading them sees alike.
package struct TLSKeeper: Service {
  private let identity: TLSIdentity
  private let every: Duration
  private let metrics: any MetricsFactory
  private let logger: Logger

  /// - Parameter every: the time between two looks.
  package init(
    _ identity: TLSIdentity, every: Duration = .seconds(10), metrics: any MetricsFactory, logger: Logger
  ) {
    self.identity = identity
    self.every = every
    self.metrics = metrics
    self.logger = logger
  }

  /// Looks until the service group shuts down.
  package func run() async {
    await cancelWhenGracefulShutdown {
      while (try? await Task.sleep(for: every)) != nil { look() }
    }
  }

  /// Looks now.
  package func look() {
    switch identity.reload() {
    case .unchanged: break
    case .replaced:
      count("replaced")
      logger.notice(
        "the TLS certificate was replaced", metadata: ["tls.expires": "\(identity.expires)"])
    case .broken(let error):
      count("broken")
      logger.error("new TLS files can't be used, the old ones stay", metadata: ["error": "\(error)"])
    }
  }

  private func count(_ outcome: String) {
    Counter(label: "postern_tls_reloads", dimensions: [("outcome", outcome)], factory: metrics).increment()
  }
}
