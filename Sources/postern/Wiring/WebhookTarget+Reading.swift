import Foundation
import Serving

extension WebhookTarget {
  /// A receiver as configured; the secret is read from its file's first line.
  init(reading setting: WebhookSetting) throws {
    let path = setting.secretFile
    guard let text = try? String(contentsOfFile: path, encoding: .utf8),
      let line = text.split(whereSeparator: \.isNewline).first?.trimmingCharacters(in: .whitespaces),
      line.utf8.count >= 16
    else {
      throw CommandFailure(
        .usage,
        "webhook \(setting.place): \(path) holds no secret of at least 16 characters on its first line",
        try: "head -c 32 /dev/urandom | base64 > \(path)")
    }
    self.init(
      url: setting.url, secret: Array(line.utf8), sets: setting.sets.map(Set.init),
      events: Set(setting.events))
  }
}
