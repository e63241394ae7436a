import DNS
import Deciding
import NIOCore
import NIOPosix
import NIOSSL

/// Tells why a registry's certificate isn't believed, which TLS only says with yes or no: one more handshake, which is
/// broken off when the certificate has come, so that nothing is sent.
enum CertificateLook {
  /// - Returns: `.certificateUntrusted` when its time is right, or when it doesn't come again.
  static func fault(
    of registry: RegistryEndpoint, timeout: Duration, at now: Timestamp
  ) async -> ConnectionFault {
    guard let context = try? NIOSSLContext(configuration: .makeClientConfiguration()) else {
      return .certificateUntrusted
    }
    let (faults, continuation) = AsyncStream<ConnectionFault>.makeStream()
    let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .connectTimeout(TimeAmount.milliseconds(timeout.milliseconds))
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let handler = try NIOSSLClientHandler(
            context: context, serverHostname: registry.host.text,
            customVerificationCallback: { certificates, promise in
              continuation.yield(judge(certificates.first, at: now))
              promise.succeed(.failed)
            })
          try channel.pipeline.syncOperations.addHandler(handler)
        }
      }
    guard let channel = try? await bootstrap.connect(host: registry.host.text, port: registry.port).get()
    else { return .certificateUntrusted }
    let deadline = channel.eventLoop.scheduleTask(in: TimeAmount.milliseconds(timeout.milliseconds)) {
      continuation.finish()
    }
    channel.closeFuture.whenComplete { _ in continuation.finish() }
    let fault: ConnectionFault? = await faults.first { _ in true }
    deadline.cancel()
    try? await channel.close()
    return fault ?? .certificateUntrusted
  }

  private static func judge(_ certificate: NIOSSLCertificate?, at now: Timestamp) -> ConnectionFault {
    guard let certificate else { return .certificateUntrusted }
    if Int64(certificate.notValidAfter) < now.seconds { return .certificateExpired }
    return Int64(certificate.notValidBefore) > now.seconds ? .certificateNotYetValid : .certificateUntrusted
  }
}
