package import Deciding

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
    try KubernetesObject.render(
      self, snapshot, options, "projectcalico.org/v3", "GlobalNetworkSet", lead: "    - "
    ) { _ in "  nets:\n" }
  }
}
