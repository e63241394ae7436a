/// The history of service tags: every edition that was imported, and what each changed.
package protocol TagArchive: TagReading {
  /// Judges a file by the kept edition of its cloud and keeps it, with the decision of who imported it.
  ///
  /// - Parameters:
  ///   - asOf: when the file was known to be current.
  ///   - isForced: whether a person wants it whatever the numbers say.
  /// - Throws: `TagRefusal`, or what the history throws; then the kept edition stays.
  func importTags(_ file: ServiceTagFile, _ origin: TagOrigin, isForced: Bool) async throws
    -> TagImport.Verdict
  /// The editions that were imported, newest first, without their content.
  func tagEditions(limit: Int) async throws -> [TagEditionRecord]
  /// What editions changed, newest first.
  ///
  /// - Parameter tag: only this one; nil for all, without the first edition of each cloud, in which everything is new.
  func tagSteps(of tag: TagName?, limit: Int) async throws -> [TagStep]
}
