import Crypto
import Foundation
import Serving

extension AccessToken {
  /// A token as configured: a file's first line is hashed at once and kept nowhere.
  init(reading setting: TokenSetting) throws {
    let scopes = Set(setting.permissions.value.compactMap { Scope(rawValue: $0.rawValue) })
    switch setting.secret.value {
    case .sha256(let octets):
      self.init(name: setting.name.value, sha256: octets, scopes: scopes)
    case .file(let path):
      guard let text = try? String(contentsOfFile: path, encoding: .utf8),
        let line = text.split(whereSeparator: \.isNewline).first.map({
          $0.trimmingCharacters(in: .whitespaces)
        }),
        line.utf8.count >= 16
      else {
        throw CommandFailure(
          .usage,
          "token '\(setting.name.value)': \(path) holds no token of at least 16 characters on its first line",
          try: "head -c 32 /dev/urandom | base64 > \(path)")
      }
      self.init(name: setting.name.value, sha256: Array(SHA256.hash(data: Data(line.utf8))), scopes: scopes)
    }
  }
}
