package import Deciding

import DNS

/// Arguments for the AWS command line that make or change a managed prefix list, as one JSON object: `create` is the input of
/// `create-managed-prefix-list --cli-input-json`, each of `modify` that of one `modify-managed-prefix-list` after it.
/// With `since` there is only `modify`: the differences to that generation.
///
/// A prefix list has one family and a size for ever (`capacity`), which counts in full against a security group's quota. A
/// call takes 100 changes; additions come first, so that nothing is missing in between.
package struct AWSPrefixListFormat: Format {
  package let id = "aws-prefix-list"
  package let fileExtension = "aws.json"
  package let mediaType = "application/json"
  package let takes: Set<FormatOption> = .list.union([.name, .capacity, .since])
  package let products = ["AWS managed prefix list"]
  package let families: [Families] = [.ipv4, .ipv6]

  /// It has no settings of its own: `RenderOptions` brings them all.
  package init() {}

  package func render(
    _ snapshot: Snapshot, _ options: RenderOptions, _ context: RenderContext
  ) throws(RenderError) -> [UInt8] {
    let entries = try entries(snapshot, options)
    let capacity = options.capacity ?? Self.standardCapacity
    guard entries.count <= capacity else { throw .tooManyForCapacity(count: entries.count, limit: capacity) }
    let step = try EntryStep(to: entries, options, context)
    let first = options.since == nil ? step.added.prefix(Self.mostChanges) : []
    var json = JSONText(reserving: entries.count * 80 + 512)
    json.beginObject()
    json.string(snapshot.set.text, "set")
    json.number(snapshot.generation.number, "generation")
    if let since = options.since { json.number(since.number, "since") }
    if options.since == nil {
      json.beginObject("create")
      json.string((options.name ?? snapshot.set).text, "PrefixListName")
      json.string(options.families == .ipv4 ? "IPv4" : "IPv6", "AddressFamily")
      json.number(capacity, "MaxEntries")
      Self.append(first, "Entries", snapshot, to: &json)
      json.endObject()
    }
    json.beginArray("modify")
    var (added, removed) = (step.added.dropFirst(first.count), step.removed[...])
    while !added.isEmpty || !removed.isEmpty {
      json.beginObject()
      let adds = added.prefix(Self.mostChanges)
      if !adds.isEmpty { Self.append(adds, "AddEntries", snapshot, to: &json) }
      added = added.dropFirst(adds.count)
      // Removals begin in the call that adds the last.
      if added.isEmpty, !removed.isEmpty {
        Self.append(removed.prefix(Self.mostChanges), "RemoveEntries", nil, to: &json)
        removed = removed.dropFirst(Self.mostChanges)
      }
      json.endObject()
    }
    json.endArray()
    json.endObject()
    json.endLine()
    return json.bytes
  }

  /// What one call takes of each kind (ModifyManagedPrefixList in the EC2 API reference).
  private static let mostChanges = 100
  /// A security group's rules, against which a list counts with its size: 60 unless AWS raised it.
  private static let standardCapacity = 60

  private static func append(
    _ entries: ArraySlice<IPPrefix>, _ key: StaticString, _ snapshot: Snapshot?, to json: inout JSONText
  ) {
    json.beginArray(key)
    for entry in entries {
      json.beginObject()
      json.quoted("Cidr") { entry.appendText(to: &$0, alwaysLength: true) }
      if let snapshot { json.string("postern \(snapshot.set)", "Description") }
      json.endObject()
    }
    json.endArray()
  }
}
