package import Deciding

import Crypto

/// A small file beside a representation, with which a consumer checks what it fetched.
package enum SideFile: String, Hashable, Sendable, CaseIterable {
  /// A line for `sha256sum -c`.
  case sha256
  /// The MD5 alone, as Cisco's Security Intelligence feeds want it: it only tells them whether to fetch.
  case md5
  /// A detached signature: see `SigningKey`.
  case minisig

  /// Splits `txt.sha256` into `txt` and what stands beside it; nil for an ending that is no side file's.
  package static func split(_ ending: String) -> (ending: String, side: SideFile)? {
    guard let dot = ending.lastIndex(of: "."),
      let side = SideFile(rawValue: String(ending[ending.index(after: dot)...]))
    else { return nil }
    return (String(ending[..<dot]), side)
  }

  /// What it is to HTTP.
  package var mediaType: String { "text/plain; charset=utf-8" }

  /// Its content for a body.
  ///
  /// - Parameters:
  ///   - file: the name of the file that the body is.
  ///   - key: needed for `minisig`.
  /// - Returns: nil when it can't be signed.
  package func content(
    for body: [UInt8], of snapshot: Snapshot, file: String, key: SigningKey?
  ) -> [UInt8]? {
    switch self {
    case .sha256: Array("\(Digest.computing(body: body))  \(file)\n".utf8)
    case .md5: Array("\(Digest(octets: Array(Insecure.MD5.hash(data: body))))\n".utf8)
    case .minisig: key?.sign(body, TrustedComment(snapshot, file: file))
    }
  }
}
