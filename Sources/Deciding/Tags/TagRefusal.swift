/// Why a well-formed file isn't taken in place of the kept one.
package enum TagRefusal: Error, Hashable, Sendable, CustomStringConvertible {
  /// Its change number is smaller.
  case older(Cloud, kept: Int64, given: Int64)
  /// It has the same change number and other content.
  case altered(Cloud, change: Int64)
  /// It has far fewer prefixes.
  case shrunk(Cloud, kept: Int, given: Int)
  /// It is of another cloud than the one that was meant.
  case otherCloud(wanted: Cloud, given: Cloud)

  package var description: String {
    switch self {
    case .older(let cloud, let kept, let given):
      "the file is change \(given) of the \(cloud) cloud and \(kept) is kept. Try: a newer file, or --force to go back"
    case .altered(let cloud, let change):
      "the file says it is change \(change) of the \(cloud) cloud, as the kept one does, and says something else. Try: fetch it again, or --force if it is right"
    case .shrunk(let cloud, let kept, let given):
      "the file has \(given) prefixes and the kept one of the \(cloud) cloud \(kept). Try: fetch it again, or --force if it is right"
    case .otherCloud(let wanted, let given):
      "the file is of the \(given) cloud, and one of the \(wanted) cloud was meant. Try: the other file, or cloud \(given)"
    }
  }
}
