package import Deciding

import DNS

/// A `CiliumCIDRGroup`, which policies name in `toCIDRSet` with `cidrGroupRef`.
package struct CiliumFormat: Format {
  package let id = "cilium"
  package let fileExtension = "cilium.yaml"
  package let mediaType = "application/yaml"
  package let takes: Set<FormatOption> = .list.union([.name])
  package let products = ["Cilium CIDRGroup"]
  package let limits = [KubernetesObject.limit]

  /// It has no settings of its own: `RenderOptions` brings them all.
  package init() {}

  package func render(
    _ snapshot: Snapshot, _ options: RenderOptions, _ context: RenderContext
  ) throws(RenderError) -> [UInt8] {
    let entries = try entries(snapshot, options)
    let name = try KubernetesObject.name(snapshot, options)
    var body = KubernetesObject.opening("cilium.io/v2alpha1", "CiliumCIDRGroup", name, snapshot)
    body.append(text: "  externalCIDRs:\n")
    KubernetesObject.append(entries, "    - ", to: &body)
    try check(body.count, .octets)
    return body
  }
}
