package import Deciding

/// A way to write a set for a consumer. Each is a pure function of the snapshot and the options: what may change
/// while a generation stands (status, `valid_until`) goes into headers and `/version`, so that a strong ETag holds.
///
/// Only canonical addresses, validated names and numbers reach a body, because some consumers run it as a script.
package protocol Format: Sendable {
  /// What `?format=` and `--format` call it; lower-case letters, digits and hyphens.
  var id: String { get }
  /// The end of the file's name without the leading dot, unique among the formats; may hold a dot (`gdc.json`).
  var fileExtension: String { get }
  /// The `Content-Type` with its parameters.
  var mediaType: String { get }
  /// The options that mean something to it beside families, aggregation and `max_entries`. Others are refused when
  /// somebody asks for them, rather than ignored.
  var takes: Set<FormatOption> { get }
  /// Writes the whole body. It ends with a line feed and never is empty.
  ///
  /// - Throws: `RenderError` when the snapshot can't be written as asked.
  func render(_ snapshot: Snapshot, _ options: RenderOptions) throws(RenderError) -> [UInt8]
}

/// An option that only some formats have.
package enum FormatOption: String, Hashable, Sendable, CaseIterable {
  /// `RenderOptions.cidr`: when an entry carries its length.
  case cidr
  /// `RenderOptions.comments`, for formats whose consumers may or may not take them.
  case comments
  /// `RenderOptions.name`: another name than the set's own inside a script.
  case name
  /// `RenderOptions.table`: nftables only.
  case table
  /// `RenderOptions.maxElements`: ipset only.
  case maxelem
}

/// The formats that this build knows.
package enum FormatRegistry {
  /// All formats, in the order in which they are listed to people.
  package static let all: [any Format] = [PlainFormat(), JSONFormat(), IPSetFormat(), NFTFormat()]

  /// The format with an id; nil when there is none.
  package static func format(id: some StringProtocol) -> (any Format)? { all.first { $0.id == id } }

  /// The format whose files end so; nil when there is none.
  package static func format(fileExtension: some StringProtocol) -> (any Format)? {
    all.first { $0.fileExtension == fileExtension }
  }
}
