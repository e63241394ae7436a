import DNS
import Deciding
import Publishing
import Testing

/// A small set with both families, names and times, as the goldens below show it.
enum Samples {
  static let generatedAt = Timestamp(seconds: 1_795_424_400)  // 2026-11-23T09:00:00Z

  static func snapshot(
    _ addresses: [String] = [
      "150.171.69.10", "150.171.70.10", "20.0.0.0", "20.0.0.1", "2603:1061:f:100::10",
    ],
    set: String = "mcr", generation: Int64 = 42
  ) throws -> Snapshot {
    let names = try [DomainName("eastus.data.mcr.microsoft.com"), DomainName("mcr.microsoft.com")]
    let elements = try addresses.map { try #require(IPAddress($0)) }.sorted().enumerated().map {
      index, address in
      SetElement(
        address: address, names: index.isMultiple(of: 2) ? names : [names[1]],
        firstSeen: generatedAt - .seconds(3600 + index), lastSeen: generatedAt - .seconds(index))
    }
    return Snapshot(
      set: try #require(SetName(set)), generation: Generation(generation), at: generatedAt,
      elements: elements,
      digest: .computing(elements.map(\.prefix)))
  }

  /// What is known of the set beside its addresses.
  static let context = RenderContext(
    selectors: Profile.mcrGlobal.selectors, serviceTags: Profile.mcrGlobal.expectedServiceTags)

  /// The options that hold when nobody asks for any, with room for large samples.
  static func options(_ format: any Format) -> RenderOptions {
    var options = format.defaultOptions
    options.capacity = 100_000
    return options
  }

  /// Many addresses of both families that partly join.
  static func large(_ count: Int) throws -> Snapshot {
    let addresses = (0..<count).map { index in
      index.isMultiple(of: 3)
        ? IPAddress(v6: 0x2603_1030 << 96 + UInt128(index) * 7)
        : IPAddress(v4: 0x1400_0000 + UInt32(index) * 2)
    }
    return try snapshot(addresses.map(\.description))
  }
}

extension [UInt8] {
  var text: String { String(decoding: self, as: UTF8.self) }
}
