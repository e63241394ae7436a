import DNS
import Deciding
import Publishing

/// Made-up sets of a given size for measurements: no two addresses can be joined, so that aggregation keeps them all.
enum SampleSnapshot {
  static func make(elements count: Int, set: SetName, addressesPerName: Int = .max) throws -> Snapshot {
    let names = try (0...(count - 1) / addressesPerName).map { index in
      try DomainName("\(index == 0 ? "eastus" : "region\(index)").data.mcr.microsoft.com")
    }
    let at = Timestamp(seconds: 1_764_000_000)
    let elements = (0..<count).map { index in
      SetElement(
        address: IPAddress(v4: 0x1400_0000 + UInt32(index) * 3), names: [names[index / addressesPerName]],
        firstSeen: at, lastSeen: at)
    }
    return Snapshot(
      set: set, generation: Generation(1), at: at, elements: elements,
      digest: .computing(elements.map(\.prefix)))
  }
}
