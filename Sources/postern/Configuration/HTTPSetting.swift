import Deciding
import Foundation
import Yams

/// How HTTP pushes, beside where it listens.
struct HTTPSetting: Sendable, Equatable {
  /// Clients that may wait for a new generation at a time.
  let waiters: Setting<Int>
  /// The service's own URL as others reach it, without a final slash, for webhooks.
  let url: Setting<String?>

  static let standardWaiters = 20_000
}

/// A receiver of new generations.
struct WebhookSetting: Sendable, Equatable {
  let url: String
  /// A file that holds the key of the signatures on its first line.
  let secretFile: String
  /// Nil for all sets.
  let sets: [SetName]?
  /// Kinds of events that are posted too.
  let events: [EventKind]

  /// The URL without its query, which may hold a secret.
  var place: String { String(url.prefix { $0 != "?" }) }
}

extension ConfigurationReader {
  static func readPush(_ http: inout MappingReader) -> HTTPSetting {
    HTTPSetting(
      waiters: http.setting("waiters", default: HTTPSetting.standardWaiters, .whole(0...1_000_000)),
      url: http.setting("url", default: nil) { $0.value(.webURL) })
  }

  static func readWebhooks(_ root: inout MappingReader, sets: [SetSetting]) -> [WebhookSetting] {
    guard let node = root.child("webhooks") else { return [] }
    return node.list { element -> WebhookSetting? in
      var mapping = MappingReader(element)
      guard case .mapping = element.node else { return nil }
      let url = mapping.child("url")?.value(.webURL)
      let secretFile = mapping.child("secretFile")?.value(.absolutePath)
      let only = mapping.setting("sets", default: nil) { $0.distinctList(.setName(among: sets.map(\.name))) }
      let events = mapping.setting("events", default: []) { $0.distinctList(.eventKind) }
      if !mapping.has("url") { mapping.missing("url", remedy: "url: https://receiver.example/postern") }
      if !mapping.has("secretFile") {
        mapping.missing("secretFile", remedy: "secretFile: /etc/postern/webhook.secret")
      }
      mapping.finish()
      guard let url, let secretFile else { return nil }
      return WebhookSetting(url: url, secretFile: secretFile, sets: only.value, events: events.value)
    } ?? []
  }
}

extension ValueGrammar<String> {
  /// An `https` or `http` URL with a host, without a user, a fragment and a final slash.
  static let webURL = ValueGrammar("a URL", remedy: "https://receiver.example/path") { text in
    guard let parts = URLComponents(string: text), parts.scheme == "https" || parts.scheme == "http",
      parts.host?.isEmpty == false, parts.user == nil, parts.password == nil, parts.fragment == nil,
      text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f })
    else { return nil }
    return text.hasSuffix("/") ? String(text.dropLast()) : text
  }
}

extension ValueGrammar<EventKind> {
  /// One of the kinds that are written.
  static let eventKind = ValueGrammar { text throws(ValueRejection) in
    let known = EventKind.known.map(\.rawValue)
    guard known.contains(text) else {
      throw ValueRejection(
        .malformed, "\(quoted(text)) is no kind of event",
        remedy: NearestKey.find(text, among: known) ?? "one of \(known.joined(separator: ", "))")
    }
    return EventKind(rawValue: text)
  }
}

extension ValueGrammar<SetName> {
  /// One of the configured sets.
  static func setName(among names: [SetName]) -> ValueGrammar {
    ValueGrammar("one of the sets", remedy: names.map(\.text).joined(separator: " or ")) { text in
      SetName(text).flatMap { names.contains($0) ? $0 : nil }
    }
  }
}
