package import DNS
package import Deciding

/// Why a snapshot can't be written as asked. Nothing is ever cut to make it fit.
package enum RenderError: Error, Hashable, CustomStringConvertible {
  /// The set has no element of the asked family, and an empty list would close the firewall that loads it.
  case empty(SetName, Families)
  /// More entries than the consumer takes (`max_entries`).
  case tooManyEntries(count: Int, limit: Int)
  /// More elements of a family than the ipset's `maxelem`.
  case overMaxElements(AddressFamily, count: Int, limit: Int)
  /// `cidr=never` met a prefix that isn't a single address.
  case needsLength(IPPrefix)

  /// nftables can't take the name: it must begin with a letter and be no keyword.
  case unusableName(String)
  /// The consumer can't take the name; `rule` is a phrase for people.
  case forbiddenName(String, rule: String)
  /// More than what consumers of the format take.
  case overLimit(format: String, FormatLimit.Unit, count: Int, limit: Int)
  /// More entries than a list of this size holds, where the size is fixed when the list is made.
  case tooManyForCapacity(count: Int, limit: Int)
  /// The format can't hold what was asked; it can hold these.
  case familyNotTaken(format: String, [Families])
  /// Something is missing beside the snapshot.
  case missing(RenderNeed, format: String)
  /// The generation to step from was asked for and isn't at hand.
  case noPrevious(Generation)
  /// A watched name or pattern means nothing to the consumer, or would mean something wider.
  case unwritableSelector(String, format: String)
  /// A name's spelling would be read as something else.
  case unwritableName(DomainName, format: String)
  /// A template repeats so much that its body would be beyond all bounds.
  case templateTooLarge(format: String)

  package var description: String {
    switch self {
    case .empty(let set, let families):
      """
      set '\(set)' has no \(families == .both ? "" : "IPv\(families.rawValue) ")elements, and an empty list is never \
      published. Try: the other family, or again later
      """
    case .tooManyEntries(let count, let limit):
      "the list has \(count) entries, more than max_entries \(limit). Try: a larger max_entries, or aggregate=1"
    case .overMaxElements(let family, let count, let limit):
      """
      \(family) has \(count) elements, more than maxelem \(limit). Try: a larger maxelem (and destroy the live ipset, \
      which keeps the one that it was made with)
      """
    case .needsLength:
      "cidr=never can't write a prefix that is more than one address. Try: aggregate=0"
    case .unusableName(let name):
      "nftables can't name a set '\(name)'. Try: a name that begins with a letter and is no keyword, with name="
    case .forbiddenName(let name, let rule): "'\(name)' can't be the name here. Try: \(rule), with name="
    case .overLimit(let format, let unit, let count, let limit):
      """
      the body has \(count) \(unit.phrase), and consumers of format \(format) take no more than \(limit). Try: \
      \(unit == .entries ? "one family, or " : "")another format
      """
    case .tooManyForCapacity(let count, let limit):
      "the list has \(count) entries, more than its capacity \(limit). Try: a larger capacity (in a list made anew)"
    case .familyNotTaken(let format, let families):
      "format \(format) can't hold that. Try: family=\(families.map(\.rawValue).joined(separator: " or family="))"
    case .missing(let need, let format):
      "format \(format) needs \(need.phrase)"
    case .noPrevious(let generation):
      "generation \(generation) is not kept any more, or not here. Try: without since"
    case .unwritableSelector(_, let format):
      """
      format \(format) can't express what the set watches: it knows names and patterns whose only star is the leftmost \
      label, of letters, digits, hyphens and underscores. Try: another format
      """
    case .unwritableName(_, let format):
      "a name of the set can't be written in format \(format). Try: 'postern forget' with that name, or another format"
    case .templateTooLarge(let format):
      "the template of format \(format) repeats too much for a set of this size. Try: no list inside another"
    }
  }
}

extension FormatLimit.Unit {
  fileprivate var phrase: String {
    switch self {
    case .entries: "entries"
    case .octets: "octets"
    case .addressesPerName: "addresses for one name"
    }
  }
}

extension RenderNeed {
  /// What is missing and where it could come from.
  fileprivate var phrase: String {
    switch self {
    case .selectors:
      "the names that the set watches, which old generations and sets of service tags don't have. Try: the current set of names"
    case .serviceTags: "service tags, which the set's profile doesn't name. Try: another format"
    case .names:
      "the names behind the addresses, which old generations and sets of service tags don't have. Try: the current set of names"
    }
  }
}
