import Deciding
import Glibc
import Logging
import Refreshing
import Resolving
import ServiceLifecycle

/// Which resolvers are asked: those configured, else the system's.
struct UpstreamChoice {
  let upstreams: [Upstream]
  /// What of resolv.conf can't be used, one sentence each.
  let warnings: [String]

  init(_ configuration: Configuration) {
    guard let settings = configuration.upstreams.value else {
      self = Self.ofSystem()
      return
    }
    upstreams = settings.map { setting in
      Upstream(
        vantage: Vantage(setting.label), address: setting.address, port: UInt16(setting.port),
        transport: Transport(setting.transport),
        identity: TLSIdentity(name: setting.tlsName, roots: setting.tlsRoots),
        clientSubnet: setting.clientSubnet)
    }
    warnings = []
  }

  private init(upstreams: [Upstream], warnings: [String]) {
    self.upstreams = upstreams
    self.warnings = warnings
  }

  /// The system's resolvers as they are now; none, with the reason, when resolv.conf can't be read.
  static func ofSystem() -> UpstreamChoice {
    do {
      let system = try SystemResolvers.read()
      let isEmpty = system.addresses.isEmpty && system.unsupported.isEmpty
      return UpstreamChoice(
        upstreams: system.upstreams,
        warnings: system.unsupported.map {
          "the system's resolver \($0) is link-local, which isn't supported"
        }
          + (isEmpty
            ? ["the system has no resolver. Try: upstreams in the configuration, or --upstream"] : []))
    } catch {
      return UpstreamChoice(upstreams: [], warnings: ["\(error)"])
    }
  }
}

extension Transport {
  init(_ setting: UpstreamSetting.Transport) {
    switch setting {
    case .udp: self = .udp
    case .tcp: self = .tcp
    case .tls: self = .tls
    }
  }
}

/// Follows the system's resolvers: a laptop, a DHCP lease, a resolver that moved.
struct SystemResolverFollower: Service {
  let resolver: DNSResolver
  let worker: ResolverWorker
  let logger: Logger
  let started: [Upstream]

  func run() async throws {
    _ = await cancelWhenGracefulShutdown {
      var current = started
      while !Task.isCancelled {
        try? await Task.sleep(for: .seconds(30))
        // A file that is being rewritten or is gone for a moment must not take the resolvers away.
        let next = UpstreamChoice.ofSystem().upstreams
        guard !next.isEmpty, next != current else {
          continue
        }
        logger.notice(
          "the system's resolvers changed",
          metadata: ["upstreams": "\(next.map(\.endpoint).joined(separator: ", "))"])
        current = next
        resolver.replaceUpstreams(next)
        await worker.replaceVantages(next.map(\.vantage))
      }
    }
  }
}
