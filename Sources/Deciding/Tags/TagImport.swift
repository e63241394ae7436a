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
