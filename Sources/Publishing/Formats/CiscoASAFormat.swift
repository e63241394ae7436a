package import Deciding

import DNS

/// Configuration lines for an object group of Cisco ASA, which pulls nothing: a script pastes them in.
///
/// The whole set only adds; with `since` they are the differences to a generation, first what is added, then what is
/// removed, so that nothing is missing in between.
package struct CiscoASAFormat: Format {
  package let id = "cisco-asa"
  package let fileExtension = "asa.cfg"
  package let mediaType = "text/plain; charset=utf-8"
  package let takes: Set<FormatOption> = .list.union([.name, .since])
  package let products = ["Cisco ASA object-group"]

  /// It has no settings of its own: `RenderOptions` brings them all.
  package init() {}

  package func render(
    _ snapshot: Snapshot, _ options: RenderOptions, _ context: RenderContext
  ) throws(RenderError) -> [UInt8] {
    let entries = try entries(snapshot, options)
    let step = try EntryStep(to: entries, options, context)
    var body = [UInt8]()
    body.reserveCapacity(step.added.count * 60 + 256)
    body.appendHeading("!", snapshot, options.since.map { "since=\($0) " } ?? "")
    body.append(text: "object-group network \(options.name ?? snapshot.set)\n")
    for entry in step.added { Self.append(" network-object ", entry, to: &body) }
    for entry in step.removed { Self.append(" no network-object ", entry, to: &body) }
    return body
  }

  private static func append(_ command: String, _ entry: IPPrefix, to body: inout [UInt8]) {
    body.append(text: command)
    if entry.isHost {
      body.append(text: "host ")
      entry.address.appendText(to: &body)
    } else if entry.family == .ipv6 {
      entry.appendText(to: &body)
    } else {
      entry.address.appendText(to: &body)
      body.append(UInt8(ascii: " "))
      IPAddress(v4: ~UInt32(0) << UInt32(32 - entry.length)).appendText(to: &body)
    }
    body.appendLineFeed()
  }
}
