import DNS
package import Deciding

/// Picks the names that some set watches out of raw text, without making a string of the others.
package struct WatchedNames: Sendable {
  private let suffixes: [Suffix]
  /// What ends in one of these and isn't watched looks related: `.mcr.microsoft.com`.
  private let relatedSuffixes: [[UInt8]]
  private let exactHashes: Set<UInt64>
  private let exact: Set<DomainName>

  /// What ends in `octets` may be behind one of `patterns`.
  private struct Suffix: Sendable {
    /// Lower case, from the dot after the last star.
    let octets: [UInt8]
    let patterns: [NamePattern]
  }

  package init(_ selectors: some Sequence<Selector>) {
    var exact = Set<DomainName>()
    var patterns = [String: [NamePattern]]()
    var related = Set<String>()
    for selector in selectors {
      switch selector {
      case .name(let name):
        exact.insert(name)
        related.insert("." + name.text)
      case .pattern(let pattern):
        let suffix = Self.suffix(of: pattern)
        patterns[suffix, default: []].append(pattern)
        related.insert(Self.parentSuffix(of: suffix))
      }
    }
    relatedSuffixes = related.sorted().map { Array($0.utf8) }
    self.exact = exact
    exactHashes = Set(exact.map { name in Array(name.text.utf8).withUnsafeBufferPointer(Self.hash) })
    suffixes = patterns.sorted { $0.key < $1.key }.map {
      Suffix(octets: Array($0.key.utf8), patterns: $0.value)
    }
  }

  /// Reads a name as a log prints it; case and one final dot don't matter. Octets other than a hostname's make it
  /// malformed if it ends like a watched name, and unwatched otherwise.
  ///
  /// A name that is spelled as Postern's own questions are is skipped: the log is of a resolver that it asks.
  ///
  /// - Parameter evidence: what the log says of the name, if it is a watched one.
  package func read(_ text: UnsafeBufferPointer<UInt8>, as evidence: NameEvidence = .asked) -> LineReading {
    var text = text[...]
    if text.last == UInt8(ascii: ".") { text.removeLast() }
    let name = UnsafeBufferPointer(rebasing: text)
    if !exactHashes.isEmpty, exactHashes.contains(Self.hash(name)), let exact = Self.hostname(name).name {
      return self.exact.contains(exact) ? reading(of: exact, name, evidence) : relation(of: name)
    }
    for suffix in suffixes where Self.ends(name, with: suffix.octets) {
      switch Self.hostname(name) {
      case .right(let found):
        return suffix.patterns.contains { $0.matches(found) }
          ? reading(of: found, name, evidence) : relation(of: name)
      case .wrong(let fault):
        return .malformed(fault)
      }
    }
    return relation(of: name)
  }

  /// Whether a text that is no hostname ends like a watched name, or is one but for its octets.
  func looksWatched(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    var text = text[...]
    if text.last == UInt8(ascii: ".") { text.removeLast() }
    let name = UnsafeBufferPointer(rebasing: text)
    return exactHashes.contains(Self.hash(name)) || suffixes.contains { Self.ends(name, with: $0.octets) }
  }

  private func reading(
    of name: DomainName, _ text: UnsafeBufferPointer<UInt8>, _ evidence: NameEvidence
  ) -> LineReading {
    QueryMark.isOurs(text) ? .skip : .name(name, evidence)
  }

  /// Reads a name that isn't watched: it may lie below a watched name, or beside what a pattern's star stands before.
  private func relation(of name: UnsafeBufferPointer<UInt8>) -> LineReading {
    for suffix in relatedSuffixes where Self.ends(name, with: suffix) {
      if let found = Self.hostname(name).name { return .related(found) }
    }
    return .unwatched
  }

  /// The part after the last star: `.data.mcr.microsoft.com`.
  private static func suffix(of pattern: NamePattern) -> String {
    pattern.text.lastIndex(of: "*").map { String(pattern.text[pattern.text.index(after: $0)...]) }
      ?? pattern.text
  }

  /// One label less, unless that would be as wide as `.microsoft.com`: of `.data.mcr.microsoft.com` it is
  /// `.mcr.microsoft.com`.
  private static func parentSuffix(of suffix: String) -> String {
    let labels = suffix.split(separator: ".")
    return labels.count > 3 ? "." + labels.dropFirst().joined(separator: ".") : suffix
  }

  /// Whether `name` ends with `suffix` and has something before it. From the end, where unrelated names differ first.
  private static func ends(_ name: UnsafeBufferPointer<UInt8>, with suffix: [UInt8]) -> Bool {
    guard name.count > suffix.count else { return false }
    var index = name.count - 1
    for octet in suffix.reversed() {
      guard lowered(name[index]) == octet else { return false }
      index -= 1
    }
    return true
  }

  /// FNV-1a over the lower-case octets: a filter before the comparison of whole names, not a proof.
  static func hash(_ name: UnsafeBufferPointer<UInt8>) -> UInt64 {
    name.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64(lowered($1))) &* 0x0000_0100_0000_01b3 }
  }

  private static func lowered(_ octet: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(octet) ? octet | 0x20 : octet
  }
}

extension WatchedNames {
  enum HostnameReading {
    case right(DomainName)
    case wrong(LineFault)

    var name: DomainName? {
      if case .right(let name) = self { name } else { nil }
    }
  }

  /// Reads a hostname without its final dot: labels of letters, digits and inner hyphens (RFC 1123 §2.1). Underscores
  /// name services, not hosts, and an escape or a `?` stands for an octet that the log could not print.
  static func hostname(_ text: UnsafeBufferPointer<UInt8>) -> HostnameReading {
    guard text.count <= 253 else { return .wrong(.nameTooLong) }
    var fault: LineFault?
    let lower = String(unsafeUninitializedCapacity: text.count) { lower in
      fault = lowerHostname(text, into: lower)
      return fault == nil ? text.count : 0
    }
    return fault.map { .wrong($0) } ?? .right(DomainName(canonical: lower))
  }

  /// Writes a hostname in lower case; nothing that is written counts if there is a fault.
  private static func lowerHostname(
    _ text: UnsafeBufferPointer<UInt8>, into lower: UnsafeMutableBufferPointer<UInt8>
  ) -> LineFault? {
    var labelLength = 0
    var last = UInt8(ascii: ".")
    for (index, octet) in text.enumerated() {
      switch octet {
      case UInt8(ascii: "."):
        guard labelLength > 0 else { return .emptyLabel }
        guard last != UInt8(ascii: "-") else { return .notHostname }
        labelLength = 0
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "A")...UInt8(ascii: "Z"):
        labelLength += 1
      case UInt8(ascii: "-") where labelLength > 0:
        labelLength += 1
      default:
        return .notHostname
      }
      guard labelLength <= 63 else { return .nameTooLong }
      last = octet
      lower[index] = lowered(octet)
    }
    guard labelLength > 0 else { return .emptyLabel }
    return last == UInt8(ascii: "-") ? .notHostname : nil
  }
}
