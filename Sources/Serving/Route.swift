import Deciding
import Publishing

/// What a path means. Paths are matched as they are sent: nothing is decoded or normalised, so `..`, `//` and `%2e`
/// lead nowhere.
enum Route: Hashable {
  case index
  case sets
  /// `ending` is what follows the first dot; nil when the query picks the format.
  case set(SetName, ending: String?)
  case version(SetName)
  case changes(SetName)
  case diff(SetName)
  case events(SetName)
  case snapshots(SetName)
  case retention(SetName)
  case snapshot(SetName, Generation, ending: String)
  case formats
  case names
  case sources
  case vantages
  case allEvents
  case tags
  case setTags(SetName)
  case history
  case explain
  case decisions
  case sightings
  case consumers
  case key
  case openAPI
  case healthz
  case readyz
  case metrics

  /// Nil when there is nothing at the path.
  init?(path: String) {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false).map { String($0) }
    guard parts.first == "" else { return nil }
    switch parts.count {
    case 2:
      switch parts[1] {
      case "": self = .index
      case "healthz": self = .healthz
      case "readyz": self = .readyz
      case "metrics": self = .metrics
      case "openapi.json": self = .openAPI
      default: return nil
      }
    case 3 where parts[1] == "v1":
      switch parts[2] {
      case "sets": self = .sets
      case "formats": self = .formats
      case "names": self = .names
      case "sources": self = .sources
      case "vantages": self = .vantages
      case "events": self = .allEvents
      case "tags": self = .tags
      case "history": self = .history
      case "explain": self = .explain
      case "decisions": self = .decisions
      case "sightings": self = .sightings
      case "consumers": self = .consumers
      case "key": self = .key
      default: return nil
      }
    case 4 where parts[1] == "v1" && parts[2] == "sets":
      let (name, ending) = Self.split(parts[3])
      guard let set = SetName(name) else { return nil }
      self = .set(set, ending: ending)
    case 5 where parts[1] == "v1" && parts[2] == "sets":
      guard let set = SetName(parts[3]) else { return nil }
      switch parts[4] {
      case "version": self = .version(set)
      case "changes": self = .changes(set)
      case "diff": self = .diff(set)
      case "events": self = .events(set)
      case "snapshots": self = .snapshots(set)
      case "retention": self = .retention(set)
      case "tags": self = .setTags(set)
      default: return nil
      }
    case 6 where parts[1] == "v1" && parts[2] == "sets" && parts[4] == "snapshots":
      let (number, ending) = Self.split(parts[5])
      guard let set = SetName(parts[3]), let generation = Generation(text: number), let ending else {
        return nil
      }
      self = .snapshot(set, generation, ending: ending)
    default:
      return nil
    }
  }

  /// What may be done there, for `Allow`.
  var methods: String { self == .sightings ? "POST" : "GET, HEAD" }

  /// The pattern of the path, for metrics: few values, whatever clients send.
  var pattern: String {
    switch self {
    case .index: "/"
    case .sets: "/v1/sets"
    case .set: "/v1/sets/{set}"
    case .version: "/v1/sets/{set}/version"
    case .changes: "/v1/sets/{set}/changes"
    case .diff: "/v1/sets/{set}/diff"
    case .events: "/v1/sets/{set}/events"
    case .snapshots: "/v1/sets/{set}/snapshots"
    case .retention: "/v1/sets/{set}/retention"
    case .consumers: "/v1/consumers"
    case .key: "/v1/key"
    case .openAPI: "/openapi.json"
    case .snapshot: "/v1/sets/{set}/snapshots/{generation}"
    case .formats: "/v1/formats"
    case .names: "/v1/names"
    case .sources: "/v1/sources"
    case .vantages: "/v1/vantages"
    case .allEvents: "/v1/events"
    case .tags: "/v1/tags"
    case .setTags: "/v1/sets/{set}/tags"
    case .history: "/v1/history"
    case .explain: "/v1/explain"
    case .decisions: "/v1/decisions"
    case .sightings: "/v1/sightings"
    case .healthz: "/healthz"
    case .readyz: "/readyz"
    case .metrics: "/metrics"
    }
  }

  private static func split(_ file: String) -> (name: Substring, ending: String?) {
    guard let dot = file.firstIndex(of: ".") else { return (file[...], nil) }
    return (file[..<dot], String(file[file.index(after: dot)...]))
  }
}

extension Generation {
  /// Reads a generation as it is printed: decimal digits without a sign or leading zero. Nil for anything else.
  init?(text: some StringProtocol) {
    guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), text.utf8.first != 0x30,
      let number = Int64(text)
    else { return nil }
    self.init(number)
  }
}
