import DNS
import Deciding
import Yams

extension ConfigurationReader {
  /// Reads `confirm: 2`, or `confirm: { vantages: 2, atMost: 5m, then: refuse }`.
  static func readConfirmation(_ node: ConfigurationNode) -> ConfirmationPolicy? {
    guard case .mapping = node.node else {
      return node.value(.whole(vantageCounts)).map { ConfirmationPolicy(vantages: $0) }
    }
    var mapping = MappingReader(node)
    let vantages = mapping.setting("vantages", default: 2, .whole(vantageCounts))
    let atMost = mapping.setting(
      "atMost", default: ConfirmationPolicy.defaultAtMost, .duration(.seconds(1) ... .seconds(7 * 86_400)))
    let afterwards = mapping.setting("then", default: .admit, .oneOf(ConfirmationPolicy.Afterwards.self))
    mapping.finish()
    return ConfirmationPolicy(
      vantages: vantages.value, atMost: atMost.value, afterwards: afterwards.value)
  }

  private static let vantageCounts = 1...16
}
