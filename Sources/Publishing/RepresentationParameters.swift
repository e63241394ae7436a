import DNS
import Deciding

/// What a consumer asks of `/v1/sets/…` in the query: a format, its options, and how to hand it over.
package struct RepresentationParameters: Sendable {
  /// The one that the path or the query picked, else `plain`.
  package let format: any Format
  /// Checked against the format: each option that was asked for means something to it.
  package let options: RenderOptions
  /// Which elements are wanted, before the format sees them.
  package let filter: SnapshotFilter
  /// Whether to send `Content-Disposition: attachment`.
  package let isDownload: Bool

  /// The names that are understood, aliases in brackets, for messages.
  package static let allowed =
    "format (v), family (ipv4only, ipv6only, NoIPv6), aggregate (sum), cidr, ranges (tr), comments, "
    + "name (listname), table, chain, maxelem, timeout, capacity, since, max_entries (n), widen4, widen6, fqdn, "
    + "since_seen, cloud, source, download"

  /// Reads query items in order, already percent-decoded. Nothing is guessed: an unknown name, a malformed value, the
  /// same option twice with different values, or an option without a meaning for the format is refused.
  ///
  /// - Parameters:
  ///   - format: the format that the path's extension picked; nil when the query must pick one, and `plain` when it
  ///     doesn't.
  ///   - catalog: the formats that the query may pick from.
  package init(
    _ items: [(name: String, value: String)], format: (any Format)? = nil, catalog: FormatCatalog = .builtIn
  ) throws(RepresentationParameterError) {
    var options = RenderOptions()
    var chosen = format
    var filter = SnapshotFilter()
    var isDownload = false
    var seen = [String: String]()
    var asked = Set<FormatOption>()
    for (name, value) in items {
      let parameter = Self.aliases[name] ?? name
      let meaning = try Self.meaning(of: name, value)
      if let earlier = seen.updateValue(meaning, forKey: parameter), earlier != meaning {
        throw .contradiction(parameter)
      }
      if let option = FormatOption(rawValue: parameter) { asked.insert(option) }
      switch parameter {
      case "format":
        guard let named = catalog.format(id: value) else {
          throw .malformed(name, value, "one that 'postern formats' or /v1/formats lists")
        }
        guard format == nil || format?.id == named.id else { throw .contradiction(parameter) }
        chosen = named
      case "family": options.families = Families(rawValue: meaning) ?? .both
      case "aggregate": options.aggregate = meaning == "1"
      case "cidr":
        options.cidr = try Self.value(CIDRStyle(rawValue: value), name, value, "auto, always or never")
      case "comments": options.comments = meaning == "1"
      case "ranges": options.ranges = meaning == "1"
      case "chain":
        options.chain = try Self.value(
          ChainName(value), name, value, "a letter, then up to 27 of A-Z a-z 0-9 _ -, and no built-in chain")
      case "capacity": options.capacity = try Self.number(name, value, in: 1...16_777_216)
      case "since": options.since = Generation(Int64(try Self.number(name, value, in: 0...Int.max)))
      case "name":
        options.name = try Self.value(SetName(value), name, value, "1 to 26 of a-z 0-9 _ -")
      case "table":
        options.table = try Self.value(
          TableName(value), name, value, "a letter, then up to 30 of A-Z a-z 0-9 _ -")
      case "maxelem": options.maxElements = try Self.number(name, value, in: 1...16_777_216)
      case "max_entries": options.maxEntries = try Self.number(name, value, in: 1...16_777_216)
      case "widen4": options.widen4 = try Self.number(name, value, in: Widening.shortest(.ipv4)...32)
      case "widen6": options.widen6 = try Self.number(name, value, in: Widening.shortest(.ipv6)...128)
      case "timeout":
        // The longest is that of ipset(8) in whole days.
        let span = SnapshotFilter.span(value).flatMap {
          (60...24 * 86_400).contains($0.components.seconds) ? $0 : nil
        }
        options.timeout = try Self.value(
          span, name, value, "a span from 1m to 24d, longer than any pause between loads")
      case "s": _ = try Self.number(name, value, in: 0...0)
      case "fqdn":
        filter.name = try Self.value(
          SnapshotFilter.selector(value), name, value, "a name, or a pattern whose star is a whole label")
      case "since_seen":
        filter.seenWithin = try Self.value(
          SnapshotFilter.span(value), name, value, "a whole number with s, m, h or d, such as 72h")
      case "cloud":
        filter.cloud = try Self.value(SnapshotFilter.cloud(value), name, value, "public or china")
      case "source":
        guard value == "dns" else { throw .unavailable(name, Self.sourceReason) }
      case "region": throw .unavailable(name, Self.regionReason)
      case "download": isDownload = meaning == "1"
      default: throw .unknown(name)
      }
    }
    let final = chosen ?? PlainFormat()
    if let stray = asked.subtracting(final.takes).min(by: { $0.rawValue < $1.rawValue }) {
      throw .meaningless(stray.rawValue, format: final.id)
    }
    if !asked.contains(.family) { options.families = final.defaultOptions.families }
    if options.ranges {
      guard seen["aggregate"] != "0" else { throw .contradiction("ranges=1 and aggregate=0") }
      guard options.cidr == .auto else { throw .contradiction("ranges=1 and cidr=\(options.cidr.rawValue)") }
    }
    if options.widens {
      guard seen["aggregate"] != "0", options.cidr != .never else {
        throw .contradiction("widen4 or widen6 makes prefixes, and aggregate=0 or cidr=never takes none")
      }
      guard options.widen4 == nil || options.families != .ipv6,
        options.widen6 == nil || options.families != .ipv4
      else { throw .contradiction("widen4 or widen6 of a family that isn't asked for") }
    }
    if options.cidr == .never {
      guard seen["aggregate"] != "1" else { throw .contradiction("cidr=never and aggregate=1") }
      options.aggregate = false
    }
    self.format = final
    self.options = options
    self.filter = filter
    self.isDownload = isDownload
  }

  private static let sourceReason =
    "every address of a set was given by DNS for a watched name: sightings bring names, and service tags only check. "
    + "Try: source=dns, or without it"
  private static let regionReason =
    "the registry sends a client to whatever region it likes, so a list of one region would block pulls. "
    + "Try: without region, or fqdn= with a name or pattern"

  private static let aliases = [
    "v": "format", "ipv4only": "family", "ipv6only": "family", "NoIPv6": "family", "sum": "aggregate",
    "listname": "name", "tr": "ranges",
    // MineMeld's and XSOAR's `n` cuts; ours refuses what is longer, as max_entries does. `s` can only begin at the start.
    "n": "max_entries",
  ]

  /// The value in one spelling, so that the same wish under two names is no contradiction.
  private static func meaning(of name: String, _ value: String) throws(RepresentationParameterError) -> String
  {
    switch name {
    case "family": try self.value(Families(rawValue: value), name, value, "4, 6 or both").rawValue
    case "ipv4only", "NoIPv6": try isOn(name, value) ? "4" : "both"
    case "ipv6only": try isOn(name, value) ? "6" : "both"
    case "aggregate", "sum", "comments", "download", "ranges", "tr": try isOn(name, value) ? "1" : "0"
    default: value
    }
  }

  /// A flag: `1` or `true`, or the bare name as MineMeld's and CrowdSec's users write it; `0` or `false`.
  private static func isOn(_ name: String, _ value: String) throws(RepresentationParameterError) -> Bool {
    switch value {
    case "", "1", "true": true
    case "0", "false": false
    default: throw .malformed(name, value, "0 or 1")
    }
  }

  private static func value<Value>(
    _ parsed: Value?, _ name: String, _ text: String, _ allowed: String
  ) throws(RepresentationParameterError) -> Value {
    guard let parsed else { throw .malformed(name, text, allowed) }
    return parsed
  }

  private static func number(
    _ name: String, _ text: String, in range: ClosedRange<Int>
  ) throws(RepresentationParameterError) -> Int {
    guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(text), range.contains(number)
    else {
      throw .malformed(name, text, "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }
}

/// Why a query is refused. What the client sent is repeated only when it is a plain word, because some firewalls take
/// addresses and host names out of whatever text they get.
package enum RepresentationParameterError: Error, Hashable, CustomStringConvertible {
  /// No parameter or alias has this name.
  case unknown(String)
  /// The value is none of those in `allowed`, a phrase for people.
  case malformed(_ parameter: String, _ value: String, _ allowed: String)
  /// The format would ignore it, and the client would never know.
  case meaningless(_ parameter: String, format: String)
  /// It is understood, and there is nothing to pick by it.
  case unavailable(_ parameter: String, String)
  /// Two parameters, or one twice, ask for different things.
  case contradiction(String)

  package var description: String {
    switch self {
    case .unknown(let name):
      "there is no parameter\(Self.quoted(name)). Try: \(RepresentationParameters.allowed)"
    case .malformed(let name, let value, let allowed):
      "parameter \(name) can't be\(Self.quoted(value)). Try: \(allowed)"
    case .meaningless(let name, let format):
      "parameter \(name) means nothing to format \(format). Try: without it, or another format"
    case .unavailable(let name, let reason): "parameter \(name) can't be answered: \(reason)"
    case .contradiction(let what):
      "the query contradicts itself: \(what). Try: each parameter once"
    }
  }

  private static func quoted(_ text: String) -> String {
    let isPlain = text.utf8.allSatisfy { octet in
      (0x61...0x7a).contains(octet | 0x20) || (0x30...0x39).contains(octet) || octet == 0x2d || octet == 0x5f
    }
    return isPlain && text.utf8.count <= 32 ? " '\(text)'" : " what was sent"
  }
}
