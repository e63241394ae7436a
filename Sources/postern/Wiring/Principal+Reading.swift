import Crypto
import Foundation
import Serving

extension Principal {
  /// A principal as configured: the lines of its file are hashed at once and kept nowhere.
  init(reading setting: TokenSetting) throws {
    let scopes = Set(setting.permissions.value.map { Scope($0) })
    let digests: [[UInt8]]
    switch setting.secret?.value {
    case nil: digests = []
    case .sha256(let octets): digests = octets
    case .file(let path):
      let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
      let lines = text.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
        .filter { !$0.isEmpty }
      guard (1...2).contains(lines.count), lines.allSatisfy({ $0.utf8.count >= 16 }) else {
        throw CommandFailure(
          .usage,
          "token '\(setting.name.value)': \(path) holds no token of at least 16 characters on its first line, "
            + "with at most the next one on a second",
          try: "head -c 32 /dev/urandom | base64 > \(path)")
      }
      digests = lines.map { Array(SHA256.hash(data: Data($0.utf8))) }
    }
    self.init(
      name: setting.name.value, digests: digests, certificates: Set(setting.certificates.value),
      networks: setting.networks.value, scopes: scopes)
  }
}

extension Principal.Scope {
  init(_ permission: TokenSetting.Permission) {
    switch permission {
    case .read: self = .read
    case .readSet(let set): self = .readSet(set)
    case .sightings: self = .sightings
    case .operate: self = .operate
    }
  }
}
