import Foundation
import Publishing

extension VerifyingKey {
  /// Reads the value of `--key`: a public key itself, or a file that holds one.
  init(option given: String) throws {
    if let key = VerifyingKey(given) {
      self = key
      return
    }
    guard let data = FileManager.default.contents(atPath: given) else {
      throw CommandFailure(
        .usage, "'\(given)' is neither a public key nor a file that can be read",
        try: "what 'postern key' prints, or a file that holds it")
    }
    guard let key = VerifyingKey(String(decoding: data, as: UTF8.self)) else {
      throw CommandFailure(.usage, "'\(given)' holds no public key", try: "what 'postern key' prints")
    }
    self = key
  }
}
