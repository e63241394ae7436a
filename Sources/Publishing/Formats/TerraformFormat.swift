package import Deciding

import DNS

/// Variables that Terraform and OpenTofu load by themselves: `SET_ipv4_cidrs`, `SET_ipv6_cidrs` (every entry with its length)
/// and `SET_generation`.
package struct TerraformFormat: Format {
  package let id = "tfvars"
  package let fileExtension = "auto.tfvars.json"
  package let mediaType = "application/json"
  package let takes: Set<FormatOption> = .list.union([.name])
  package let products = ["Terraform", "OpenTofu"]

  /// It has no settings of its own: `RenderOptions` brings them all.
  package init() {}

  package func render(
    _ snapshot: Snapshot, _ options: RenderOptions, _ context: RenderContext
  ) throws(RenderError) -> [UInt8] {
    let entries = try entries(snapshot, options)
    let name = (options.name ?? snapshot.set).text
    guard name.utf8.first.map({ (0x61...0x7a).contains($0) || $0 == 0x5f }) == true else {
      throw .forbiddenName(name, rule: "a name that begins with a letter")
    }
    var body = [UInt8]()
    body.reserveCapacity(entries.count * 46 + 256)
    for family in AddressFamily.allCases.sorted() {
      body.append(text: family == .ipv4 ? "{\"" : ",\"")
      body.append(text: "\(name)_ipv\(family.rawValue)_cidrs\":[")
      for (index, entry) in entries[family].enumerated() {
        body.append(text: index == 0 ? "\"" : ",\"")
        entry.appendText(to: &body, alwaysLength: true)
        body.append(UInt8(ascii: "\""))
      }
      body.append(UInt8(ascii: "]"))
    }
    body.append(text: ",\"\(name)_generation\":\(snapshot.generation)}\n")
    return body
  }
}
