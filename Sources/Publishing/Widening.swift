import DNS
import Deciding

/// Entries that let more through than the set has: only by somebody's explicit word, in `widen4` and `widen6`.
///
/// It never reaches a special-purpose prefix: where the asked length would, the next longer one that doesn't is taken.
enum Widening {
  /// The shortest length for each family. The blocks that Microsoft lists for its front doors are /18 to /24, most of
  /// them /23 and /24, and /44 to /48: what is wider lets other people's machines in.
  static func shortest(_ family: AddressFamily) -> Int { family == .ipv4 ? 20 : 44 }

  /// Shortens what is longer than asked, and aggregates what comes of it.
  static func widen(_ prefixes: [IPPrefix], _ options: RenderOptions) -> [IPPrefix] {
    PrefixSet(
      prefixes.map { prefix in
        let asked = prefix.family == .ipv4 ? options.widen4 : options.widen6
        guard let asked, asked < prefix.length else { return prefix }
        return (asked..<prefix.length).lazy.compactMap { IPPrefix(prefix.address, length: $0) }
          .first(where: \.isGlobalUnicast) ?? prefix
      }
    ).prefixes
  }

  /// How many addresses these are.
  static func size(_ prefixes: [IPPrefix]) -> UInt128 {
    prefixes.reduce(0) { $0 + UInt128(1) << UInt128($1.family.bitWidth - $1.length) }
  }
}
