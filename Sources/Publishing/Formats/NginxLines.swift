import DNS
import Deciding

/// What the nginx formats share: a directive a line.
enum NginxLines {
  /// Writes a line for each entry that the options leave, with what stands before and after it.
  static func render(
    _ format: some Format, _ snapshot: Snapshot, _ options: RenderOptions, before: String = "", after: String
  ) throws(RenderError) -> [UInt8] {
    let entries = try format.entries(snapshot, options)
    var body = [UInt8]()
    body.reserveCapacity(entries.count * 52 + 64)
    body.appendHeading("#", snapshot)
    for list in [entries.ipv4, entries.ipv6] {
      for entry in list {
        body.append(text: before)
        entry.appendText(to: &body)
        body.append(text: after)
      }
    }
    return body
  }
}
