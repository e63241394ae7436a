/// Decides whether a file of service tags may follow the one that is kept. A bad file never replaces a good one.
package enum TagImport {
  /// A file that holds less than this share of the kept one's prefixes is more likely cut than right: Microsoft removes a
  /// prefix now and then.
  package static let leastShare = 0.5

  /// What becomes of a file.
  package enum Verdict: Hashable, Sendable {
    /// It is a new edition.
    case edition
    /// It is the one that is kept.
    case same
  }

  /// - Parameter isForced: a person wants it whatever the numbers say.
  /// - Throws: why it is refused.
  package static func judge(
    _ file: ServiceTagFile, over kept: TagEdition?, isForced: Bool
  ) throws(TagRefusal) -> Verdict {
    guard let kept else { return .edition }
    if file == kept.file { return .same }
    guard !isForced else { return .edition }
    guard file.change >= kept.file.change else {
      throw .older(file.cloud, kept: kept.file.change, given: file.change)
    }
    guard file.change > kept.file.change else { throw .altered(file.cloud, change: file.change) }
    guard Double(file.prefixCount) >= Double(kept.file.prefixCount) * leastShare else {
      throw .shrunk(file.cloud, kept: kept.file.prefixCount, given: file.prefixCount)
    }
    return .edition
  }
}

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
