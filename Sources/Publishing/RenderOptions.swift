package import DNS
package import Deciding

/// How a snapshot is to be written. Two equal options always give the same bytes for the same snapshot.
package struct RenderOptions: Hashable, Sendable {
  /// The families to write.
  package var families: Families = .both
  /// Whether prefixes are joined losslessly; otherwise each address stands alone.
  package var aggregate = true
  /// When entries carry a length; `never` needs `aggregate` off.
  package var cidr: CIDRStyle = .auto
  /// Whether formats that allow it begin with lines that say what this is. Always on where scripts read them (`ipset`,
  /// `nft`).
  package var comments = false
  /// The name that ipset and nftables sets get instead of the set's own.
  package var name: SetName?
  /// The table for nftables, family `inet`.
  package var table: TableName = .postern
  /// The `maxelem` of ipset sets: a constant, because `create -exist` fails when it differs from the live set.
  package var maxElements = Self.defaultMaxElements
  /// Whether neighbours are written as `first-last` in place of prefixes. Needs `aggregate`.
  package var ranges = false
  /// The chain that iptables fills instead of one called as the set.
  package var chain: ChainName?
  /// The size that a cloud's list is made with, where that is fixed for ever; nil for the format's own default.
  package var capacity: Int?
  /// The generation whose differences to this one are wanted; nil for the whole set.
  package var since: Generation?
  /// The length to which longer IPv4 entries are shortened, so that more is let through than the set has; nil for none.
  package var widen4: Int?
  /// The same for IPv6.
  package var widen6: Int?
  /// How long the kernel keeps an element that isn't loaded again; nil for as long as it stands in the list.
  package var timeout: Duration?
  /// The most entries that the consumer takes; more are refused, never cut.
  package var maxEntries: Int?

  /// ipset's own default (ipset(8)).
  package static let defaultMaxElements = 65_536

  /// Whether more is let through than the set has.
  package var widens: Bool { widen4 != nil || widen6 != nil }

  /// Both families, aggregated, bare addresses, no comments: what `/v1/sets/SET.txt` is without a query.
  package init() {}
}

/// Which families a body holds.
package enum Families: String, Hashable, Sendable, CaseIterable {
  /// IPv4 alone; `?family=4`.
  case ipv4 = "4"
  /// IPv6 alone; `?family=6`.
  case ipv6 = "6"
  /// IPv4 before IPv6.
  case both

  /// The families themselves, IPv4 first.
  package var all: [AddressFamily] {
    switch self {
    case .ipv4: [.ipv4]
    case .ipv6: [.ipv6]
    case .both: [.ipv4, .ipv6]
    }
  }
}

/// When a prefix length is written.
package enum CIDRStyle: String, Hashable, Sendable, CaseIterable {
  /// A single address stands bare: what most consumers take.
  case auto
  /// Each entry carries its length, `/32` and `/128` too (Juniper SRX needs it).
  case always
  /// No entry carries a length. Needs `aggregate` off, since an aggregate can't be written without one: a renderer
  /// that meets one refuses, and never cuts its length off.
  case never
}

/// The name of an iptables chain: a letter, then letters, digits, `_` and `-`, at most 28 characters (iptables(8)).
package struct ChainName: Hashable, Sendable, CustomStringConvertible {
  /// As it stands in the file.
  package let text: String

  /// Nil for anything that `iptables-restore` would refuse or read as an option, and for its own chains and targets.
  package init?(_ text: some StringProtocol) {
    guard text.utf8.count <= 28, let name = TableName(text), !Self.taken.contains(name.text) else {
      return nil
    }
    self.text = name.text
  }

  private static let taken: Set<String> = [
    "INPUT", "OUTPUT", "FORWARD", "PREROUTING", "POSTROUTING", "ACCEPT", "DROP", "QUEUE", "RETURN", "REJECT",
  ]

  package var description: String { text }
}

/// The name of an nftables table: a letter, then letters, digits, `_` and `-`, at most 31 characters, so that it can
/// stand in a script without quotes.
package struct TableName: Hashable, Sendable, CustomStringConvertible {
  /// As it stands in the script, without quotes.
  package let text: String

  /// Nil for anything that nft would have to quote, or would read as something else.
  package init?(_ text: some StringProtocol) {
    let utf8 = text.utf8
    guard (1...31).contains(utf8.count), let first = utf8.first, Self.isLetter(first),
      utf8.allSatisfy({ Self.isLetter($0) || (0x30...0x39).contains($0) || $0 == 0x5f || $0 == 0x2d })
    else { return nil }
    self.text = String(text)
  }

  private init(known text: StaticString) { self.text = "\(text)" }

  /// `postern`, the default.
  package static let postern = TableName(known: "postern")

  package var description: String { text }

  private static func isLetter(_ octet: UInt8) -> Bool { (0x61...0x7a).contains(octet | 0x20) }
}
