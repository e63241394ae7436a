package import Deciding

import DNS

/// A `GlobalNetworkSet` of Calico, which policies select by its label `postern.set`.
package struct CalicoFormat: Format {
  package let id = "calico"
  package let fileExtension = "calico.yaml"
  package let mediaType = "application/yaml"
  package let takes: Set<FormatOption> = .list.union([.name])
  package let products = ["Calico GlobalNetworkSet"]
  package let limits = [KubernetesObject.limit]

  /// It has no settings of its own: `RenderOptions` brings them all.
  package init() {}

  package func render(
    _ snapshot: Snapshot, _ options: RenderOptions, _ context: RenderContext
  ) throws(RenderError) -> [UInt8] {
    let entries = try entries(snapshot, options)
    let name = try KubernetesObject.name(snapshot, options)
    var body = KubernetesObject.opening("projectcalico.org/v3", "GlobalNetworkSet", name, snapshot)
    body.append(text: "  nets:\n")
    KubernetesObject.append(entries, "    - ", to: &body)
    try check(body.count, .octets)
    return body
  }
}
