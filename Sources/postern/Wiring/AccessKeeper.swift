import Logging
import ServiceLifecycle
import Serving
import UnixSignals

/// Takes new certificates and tokens while the service runs: every few seconds, and at once on SIGHUP.
struct AccessKeeper: Service {
  let keeper: TLSKeeper?
  let access: AccessList
  let tokens: [TokenSetting]
  let logger: Logger

  func run() async throws {
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() { look() }
      }
      group.addTask {
        await cancelWhenGracefulShutdown {
          while (try? await Task.sleep(for: .seconds(10))) != nil { look() }
        }
      }
      await group.next()
      group.cancelAll()
    }
  }

  private func look() {
    keeper?.look()
    do {
      let principals = try tokens.map(Principal.init(reading:))
      guard principals != access.principals else { return }
      access.replace(principals)
      logger.notice("tokens were replaced", metadata: ["tokens": "\(principals.map(\.name))"])
    } catch {
      logger.error("new tokens can't be used, the old ones stay", metadata: ["error": "\(error)"])
    }
  }
}
