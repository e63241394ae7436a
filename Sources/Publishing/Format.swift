package import Deciding

/// A way to write a set for a consumer. Each is a pure function of its arguments: what may change while a generation
/// stands (status, `valid_until`) goes into headers and `/version`, so that a strong ETag holds.
///
/// Only canonical addresses, validated names and numbers reach a body, because some consumers run it as a script.
package protocol Format: Sendable {
  /// What `?format=` and `--format` call it; lower-case letters, digits and hyphens.
  var id: String { get }
  /// The end of the file's name without the leading dot, unique among the formats; may hold a dot (`gdc.json`).
  var fileExtension: String { get }
  /// The `Content-Type` with its parameters.
  var mediaType: String { get }
  /// The options that mean something to it. Others are refused when somebody asks for them, rather than ignored.
  var takes: Set<FormatOption> { get }
  /// What it can be asked to hold; the first is what it holds when nobody asks. Others are refused.
  var families: [Families] { get }
  /// What its consumers can't take more of. A body beyond is refused, never cut.
  var limits: [FormatLimit] { get }
  /// What it can't be written without, beside the snapshot.
  var needs: Set<RenderNeed> { get }
  /// Whose consumers take it, as people look for it.
  var products: [String] { get }
  /// Writes the whole body. It ends with a line feed and never is empty.
  ///
  /// - Throws: `RenderError` when the snapshot can't be written as asked.
  func render(
    _ snapshot: Snapshot, _ options: RenderOptions, _ context: RenderContext
  ) throws(RenderError) -> [UInt8]
}

extension Format {
  package var families: [Families] { takes.contains(.family) ? [.both, .ipv4, .ipv6] : [.both] }
  package var limits: [FormatLimit] { [] }
  package var needs: Set<RenderNeed> { [] }

  /// Writes what needs nothing beside the snapshot.
  package func render(_ snapshot: Snapshot, _ options: RenderOptions) throws(RenderError) -> [UInt8] {
    try render(snapshot, options, RenderContext())
  }

  /// The options that hold when nobody asks for any.
  package var defaultOptions: RenderOptions {
    var options = RenderOptions()
    options.families = families.first ?? .both
    return options
  }

  /// The entries to write, of families and of a number that the consumer takes.
  func entries(_ snapshot: Snapshot, _ options: RenderOptions) throws(RenderError) -> EntryList {
    guard families.contains(options.families) else { throw .familyNotTaken(format: id, families) }
    let entries = try EntryList(snapshot, options)
    try check(entries.count, .entries)
    return entries
  }

  /// - Throws: when it is more than the consumer takes.
  func check(_ count: Int, _ unit: FormatLimit.Unit) throws(RenderError) {
    for limit in limits where limit.unit == unit && count > limit.most {
      throw .overLimit(format: id, unit, count: count, limit: limit.most)
    }
  }
}

/// An option that only some formats have; the raw value is the parameter's name in a query.
package enum FormatOption: String, Hashable, Sendable, CaseIterable {
  /// `RenderOptions.families`.
  case family
  /// `RenderOptions.aggregate`.
  case aggregate
  /// `RenderOptions.maxEntries`.
  case maxEntries = "max_entries"
  /// `RenderOptions.cidr`: when an entry carries its length.
  case cidr
  /// `RenderOptions.ranges`: `a-b` in place of prefixes.
  case ranges
  /// `RenderOptions.comments`, for formats whose consumers may or may not take them.
  case comments
  /// `RenderOptions.name`: another name than the set's own inside a script.
  case name
  /// `RenderOptions.table`: nftables only.
  case table
  /// `RenderOptions.chain`: iptables only.
  case chain
  /// `RenderOptions.maxElements`: ipset only.
  case maxelem
  /// `RenderOptions.widen4`.
  case widen4
  /// `RenderOptions.widen6`.
  case widen6
  /// `RenderOptions.timeout`: ipset and nftables only.
  case timeout
  /// `RenderOptions.capacity`: cloud lists whose size is fixed when they are made.
  case capacity
  /// `RenderOptions.since`: only what changed after a generation.
  case since
}

extension Set<FormatOption> {
  /// What every format takes that lists the set's entries.
  package static let list: Set<FormatOption> = [.family, .aggregate, .maxEntries, .widen4, .widen6]
}

/// What a consumer can't take more of.
package struct FormatLimit: Hashable, Sendable {
  /// What is counted.
  package enum Unit: String, Hashable, Sendable {
    /// Addresses and prefixes, after aggregation.
    case entries
    /// The octets of the body.
    case octets
    /// The addresses of one family that one name has.
    case addressesPerName = "addresses_per_name"
  }

  /// What is counted.
  package let unit: Unit
  /// The most of it that is written.
  package let most: Int
  /// Whose limit it is.
  package let reason: String

  init(_ unit: Unit, _ most: Int, _ reason: String) {
    self.unit = unit
    self.most = most
    self.reason = reason
  }
}
