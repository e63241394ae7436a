import Deciding
import DNS
import Learning
import ServiceLifecycle

/// Brings names in use from one source to the worker.
protocol SourceFeed: Service {
  /// How the source does.
  var report: SourceReport { get async }
  /// Takes note of where aliases of watched names lead now; most sources have no use for it.
  func watch(targets: Set<DomainName>) async
}

extension SourceFeed {
  func watch(targets: Set<DomainName>) async {}
}
