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
    }
  }
}
