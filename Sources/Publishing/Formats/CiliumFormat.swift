package import Deciding

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
    try KubernetesObject.render(
      self, snapshot, options, "cilium.io/v2alpha1", "CiliumCIDRGroup", lead: "    - "
    ) { _ in "  externalCIDRs:\n" }
  }
}
