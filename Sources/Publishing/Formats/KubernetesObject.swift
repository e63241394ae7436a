import DNS
import Deciding

/// What the Kubernetes formats share.
enum KubernetesObject {
  /// etcd refuses larger requests (`--max-request-bytes`).
  static let limit = FormatLimit(.octets, 1_572_864, "etcd refuses larger objects")

  /// Writes an object whose `spec` ends with the entries.
  ///
  /// - Parameters:
  ///   - lead: what stands before each entry, from the beginning of its line.
  ///   - spec: what stands in `spec` before the entries, of an object with this name.
  static func render(
    _ format: some Format, _ snapshot: Snapshot, _ options: RenderOptions, _ version: String, _ kind: String,
    lead: String, spec: (String) -> String
  ) throws(RenderError) -> [UInt8] {
    let entries = try format.entries(snapshot, options)
    let name = try name(snapshot, options)
    var body = opening(version, kind, name, snapshot)
    body.append(text: spec(name))
    append(entries, lead, to: &body)
    try format.check(body.count, .octets)
    return body
  }

  /// The name of an object.
  ///
  /// - Throws: when it is no label (RFC 1123, which Kubernetes asks for): it must not hold `_` or end with `-`.
  private static func name(_ snapshot: Snapshot, _ options: RenderOptions) throws(RenderError) -> String {
    let name = (options.name ?? snapshot.set).text
    guard !name.contains("_"), !name.hasSuffix("-") else {
      throw .forbiddenName(name, rule: "letters, digits and inner hyphens")
    }
    return name
  }

  /// What every object begins with, up to the line `spec:`.
  private static func opening(
    _ version: String, _ kind: String, _ name: String, _ snapshot: Snapshot
  ) -> [UInt8] {
    var body = [UInt8]()
    body.appendHeading("#", snapshot)
    body.append(
      text: """
        apiVersion: \(version)
        kind: \(kind)
        metadata:
          name: "\(name)"
          labels:
            postern.set: "\(name)"
          annotations:
            postern.generation: "\(snapshot.generation)"
        spec:

        """)
    return body
  }

  /// The entries as a YAML list of quoted strings, each with its length and behind `lead`.
  private static func append(_ entries: EntryList, _ lead: String, to body: inout [UInt8]) {
    body.reserveCapacity(body.count + entries.count * (46 + lead.utf8.count))
    let lead = Array("\(lead)\"".utf8)
    for list in [entries.ipv4, entries.ipv6] {
      for entry in list {
        body.append(contentsOf: lead)
        entry.appendText(to: &body, alwaysLength: true)
        body.append(text: "\"\n")
      }
    }
  }
}
