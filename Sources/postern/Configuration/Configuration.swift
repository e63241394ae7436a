import DNS
import Deciding

/// Everything that can be configured, as values, each with who decided it. `ConfigurationLoader` makes it; nothing
/// changes it afterwards.
struct Configuration: Sendable, Equatable {
  /// The file that was read; nil when the built-in default stands alone.
  let file: String?
  /// The folder of the database and keys.
  let state: Setting<String>
  /// Where HTTP listens; empty turns it off.
  let listen: Setting<[ListenAddress]>
  /// How HTTP proves itself, to whom it is open and what it bears.
  let http: HTTPSettings
  /// The resolvers to ask; nil means those of the system, read from resolv.conf and followed.
  let upstreams: Setting<[UpstreamSetting]?>
  /// In the file's order. A file that lists `sets` replaces the built-in list.
  let sets: [SetSetting]
  /// Line formats that the configuration describes.
  let formats: [LineFormatSetting]
  let sources: [SourceSetting]
  let limits: LimitSettings
  let history: HistorySettings
  let tokens: [TokenSetting]
  /// The folder of one's own formats; nil for none.
  let templates: Setting<String?>
  /// How HTTP pushes.
  let push: HTTPSetting
  let webhooks: [WebhookSetting]
  /// Where files of service tags come from.
  let serviceTags: [TagSourceSetting]
  /// Ranges that many parties share, beside the edges of Azure Front Door.
  let sharedRanges: [SharedRange]

  /// The sets that are switched on.
  var enabledSets: [SetSetting] { sets.filter(\.enabled.value) }

  /// The sets that are switched off.
  var disabledSets: [SetSetting] { sets.filter { !$0.enabled.value } }
}

/// A host and port that HTTP listens on.
struct ListenAddress: Sendable, Hashable, CustomStringConvertible {
  /// An address without brackets, or a hostname such as `localhost`.
  let host: String
  /// 0 lets the system choose.
  let port: Int
  /// Whether it speaks TLS.
  let isSecure: Bool

  init(host: String, port: Int, isSecure: Bool = false) {
    self.host = host
    self.port = port
    self.isSecure = isSecure
  }

  /// `127.0.0.1:8053`, `[::1]:8053`, `https://0.0.0.0:8443`.
  var description: String {
    (isSecure ? "https://" : "") + EndpointText.text(host: host, port: port)
  }

  /// Whether only this machine can reach it.
  var isLoopback: Bool { Self.isLoopback(host) }

  /// Whether a host without brackets is this machine itself.
  static func isLoopback(_ host: String) -> Bool {
    guard let address = IPAddress(host)?.unwrapped else { return host == "localhost" }
    return IPPrefix("127.0.0.0/8")?.contains(address) == true || address == IPAddress("::1")
  }
}

/// The bounds of the whole service, each with its origin.
struct LimitSettings: Sendable, Equatable {
  let queriesPerSecond: Setting<Int>
  let outstanding: Setting<Int>
  let namesPerPattern: Setting<Int>
  let addressesPerName: Setting<Int>
  let probation: Setting<Duration>

  /// The plain values.
  var limits: Limits {
    Limits(
      queriesPerSecond: queriesPerSecond.value, outstanding: outstanding.value,
      namesPerPattern: namesPerPattern.value, addressesPerName: addressesPerName.value,
      probation: probation.value)
  }
}
