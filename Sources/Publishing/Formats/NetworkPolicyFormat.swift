package import Deciding

/// A Kubernetes `NetworkPolicy` that lets pods with the label `postern.set: SET` reach the set by https.
///
/// A policy that allows egress closes all other egress of the pods that it selects, so it selects only those with the
/// label. An empty `to` would allow every destination; it is never written.
package struct NetworkPolicyFormat: Format {
  package let id = "k8s-netpol"
  package let fileExtension = "netpol.yaml"
  package let mediaType = "application/yaml"
  package let takes: Set<FormatOption> = .list.union([.name])
  package let products = ["Kubernetes NetworkPolicy"]
  package let limits = [KubernetesObject.limit]

  /// It has no settings of its own: `RenderOptions` brings them all.
  package init() {}

  package func render(
    _ snapshot: Snapshot, _ options: RenderOptions, _ context: RenderContext
  ) throws(RenderError) -> [UInt8] {
    try KubernetesObject.render(
      self, snapshot, options, "networking.k8s.io/v1", "NetworkPolicy",
      lead: "        - ipBlock:\n            cidr: "
    ) { name in
      """
        podSelector:
          matchLabels:
            postern.set: "\(name)"
        policyTypes: ["Egress"]
        egress:
          - ports:
              - protocol: TCP
                port: 443
            to:

      """
    }
  }
}
