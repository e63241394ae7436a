import DNS
import Deciding
import Learning

/// Where sightings come from.
struct SourceSetting: Sendable, Equatable {
  enum Kind: Sendable, Hashable {
    /// A log in a built-in format, followed through rotation.
    case log(LineFormat)
    /// A log in a format that the configuration describes.
    case lines(LineFormatSetting)
    /// A resolver that connects to us and tells what clients ask and get.
    case dnstap(TapEndpoint, isTrusted: Bool)
    /// Pi-hole's database.
    case pihole
    /// A registry that is asked for the hosts it sends clients to.
    case registry(RegistrySetting)
  }

  let kind: Kind
  /// A path, an endpoint or a host, as it was written.
  let place: Setting<String>
  /// What a person calls it; nil for the kind with its place.
  let name: Setting<String?>
  /// The resolver that it tells of, where a person says which: most logs don't.
  let resolver: Setting<UpstreamSetting?>

  /// The key by which the configuration gives it.
  var key: String {
    switch kind {
    case .log(let format): format.rawValue
    case .lines: "lines"
    case .dnstap: "dnstap"
    case .pihole: "pihole"
    case .registry: "registry"
    }
  }

  /// What sightings from it are labelled with: its name, else `dnsmasq:/var/log/dnsmasq.log`.
  var label: String { name.value ?? "\(key):\(place.value)" }

  /// The file that is read; nil for what is no file.
  var path: String? {
    switch kind {
    case .log, .lines, .pihole: place.value
    case .dnstap, .registry: nil
    }
  }

  /// As whose vantage its answers count; nil when they don't.
  var vantage: Vantage? {
    if case .dnstap(_, isTrusted: true) = kind { Vantage(label) } else { nil }
  }
}

/// A registry to ask, and for what.
struct RegistrySetting: Sendable, Hashable {
  let endpoint: RegistryEndpoint
  let repositories: [RegistryRepository]
  /// The time between rounds.
  let every: Duration
  /// A PEM file of authorities that are trusted beside the system's.
  let roots: String?
}

/// A line format of one's own, under the name that `sources` use.
struct LineFormatSetting: Sendable, Hashable {
  let name: String
  let template: LineTemplate
}
