package import Deciding
import Foundation
import NIOCore
import NIOSSL
import Synchronization

/// What a TLS listener proves itself with. New connections get what the files held when they were last good; those
/// that are open keep what they began with.
package final class TLSIdentity: Sendable {
  /// Where it comes from.
  package let files: TLSFiles
  private let state: Mutex<State>

  private struct State {
    var material: Material
    /// What was read when the last attempt failed.
    var broken: [Data]?
    var error: TLSError?
  }

  private struct Material {
    let contents: [Data]
    let context: NIOSSLContext
    let expires: Timestamp
    let authoritiesExpire: Timestamp?
  }

  /// What an attempt to take new files came to.
  package enum Reload: Equatable, Sendable {
    /// They are the same.
    case unchanged
    /// They are in use from now on.
    case replaced
    /// They can't be used, and the old ones stay. Told once for the same files.
    case broken(TLSError)
  }

  /// Readiness warns when a certificate ends within this time.
  package static let warning = Duration.seconds(21 * 86_400)

  /// Reads the files.
  ///
  /// - Throws: `TLSError` when they can't be read, don't belong together or are no certificates.
  package init(_ files: TLSFiles) throws(TLSError) {
    self.files = files
    let contents = try Self.contents(of: files)
    state = Mutex(State(material: try Self.material(contents, files)))
  }

  /// When the first certificate of the chain ends.
  package var expires: Timestamp { state.withLock { $0.material.expires } }

  var context: NIOSSLContext { state.withLock { $0.material.context } }

  /// Reads the files again, and takes them if they are good.
  package func reload() -> Reload {
    let contents: [Data]
    do throws(TLSError) { contents = try Self.contents(of: files) } catch { return broke(error, []) }
    guard contents != state.withLock({ $0.material.contents }) else {
      state.withLock { state in (state.broken, state.error) = (nil, nil) }
      return .unchanged
    }
    do throws(TLSError) {
      let material = try Self.material(contents, files)
      state.withLock { $0 = State(material: material) }
      return .replaced
    } catch {
      return broke(error, contents)
    }
  }

  /// What a person should look at: files that can't be used, and a certificate that ends soon.
  package func warnings(now: Timestamp) -> [String] {
    let (material, error) = state.withLock { ($0.material, $0.error) }
    var list = error.map { ["the TLS files can't be used, the old ones stay: \($0)"] } ?? []
    func warn(_ what: String, _ end: Timestamp) {
      let left = end - now
      if left <= .zero {
        list.append("\(what) ended at \(end). Try: renew it")
      } else if left <= Self.warning {
        list.append("\(what) ends at \(end), in \(left.components.seconds / 86_400) days. Try: renew it")
      }
    }
    warn("the TLS certificate \(files.certificate)", material.expires)
    if let clients = files.clients, let end = material.authoritiesExpire {
      warn("the authority of client certificates \(clients)", end)
    }
    return list
  }

  private func broke(_ error: TLSError, _ contents: [Data]) -> Reload {
    state.withLock { state in
      guard state.broken != contents || state.error != error else { return .unchanged }
      (state.broken, state.error) = (contents, error)
      return .broken(error)
    }
  }

  private static func contents(of files: TLSFiles) throws(TLSError) -> [Data] {
    var contents = [Data]()
    for path in files.paths {
      guard let data = FileManager.default.contents(atPath: path) else {
        throw TLSError(
          path: path, problem: "the file can't be read",
          remedy: "let Postern's user read the file and its folder")
      }
      contents.append(data)
    }
    return contents
  }

  private static func material(_ contents: [Data], _ files: TLSFiles) throws(TLSError) -> Material {
    let chain = try certificates(contents[0], files.certificate)
    let key: NIOSSLPrivateKey
    do { key = try NIOSSLPrivateKey(bytes: Array(contents[1]), format: .pem) } catch {
      throw TLSError(
        path: files.key, problem: "the file holds no private key without a passphrase",
        remedy: "a PEM file with BEGIN PRIVATE KEY")
    }
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
    configuration.minimumTLSVersion = .tlsv12
    configuration.applicationProtocols = ["http/1.1"]
    // A client that never answers a close would otherwise hold up the end of the service for five seconds.
    configuration.shutdownTimeout = .seconds(1)
    var authorities = [NIOSSLCertificate]()
    if let clients = files.clients {
      authorities = try certificates(contents[2], clients)
      configuration.trustRoots = .certificates(authorities)
      configuration.certificateVerification =
        files.requiresClientCertificate ? .noHostnameVerification : .optionalVerification
      configuration.sendCANameList = true
    }
    do {
      return Material(
        contents: contents, context: try NIOSSLContext(configuration: configuration),
        expires: Timestamp(seconds: Int64(chain[0].notValidAfter)),
        authoritiesExpire: authorities.map { Timestamp(seconds: Int64($0.notValidAfter)) }.min())
    } catch {
      throw TLSError(
        path: files.certificate, problem: "the certificate and the key \(files.key) can't be used together",
        remedy: "the key of this certificate, and the certificate first in its file")
    }
  }

  private static func certificates(_ data: Data, _ path: String) throws(TLSError) -> [NIOSSLCertificate] {
    let found = (try? NIOSSLCertificate.fromPEMBytes(Array(data))) ?? []
    guard !found.isEmpty else {
      throw TLSError(
        path: path, problem: "the file holds no certificate", remedy: "a PEM file with BEGIN CERTIFICATE")
    }
    return found
  }
}
