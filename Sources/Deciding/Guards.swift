package import DNS

/// Why a guard holds a candidate.
package enum GuardObjection: Hashable, Sendable, CustomStringConvertible {
  /// The family would have no element left.
  case empty(AddressFamily, had: Int)
  /// More than the share `allowed` (0...1) of the family would leave.
  case shrink(AddressFamily, from: Int, leaving: Int, allowed: Double)
  /// The set, both families together, would become more than `allowed` times as large.
  case growth(from: Int, to: Int, allowed: Double)
  /// The set would hold more than `maxElements`; also said of a first generation.
  case tooMany(Int, allowed: Int)
  /// More than the share `allowed` (0...1) of the addresses that service tags open would close; all of them where it is 0.
  case closed(AddressFamily, from: UInt128, leaving: UInt128, allowed: Double)
  /// Service tags would open more than `allowed` times as many addresses of a family.
  case opened(AddressFamily, from: UInt128, to: UInt128, allowed: Double)
  /// Service tags would open a prefix that is shorter than `allowed` and wasn't open before.
  case tooWide(IPPrefix, allowed: Int)

  /// Whether it objects to addresses leaving, and not to any coming.
  package var isAgainstLoss: Bool {
    switch self {
    case .empty, .shrink, .closed: true
    case .growth, .tooMany, .opened, .tooWide: false
    }
  }

  /// One sentence for people.
  package var description: String {
    switch self {
    case .empty(let family, let had):
      "empty: all \(had) \(family) addresses would leave"
    case .shrink(let family, let from, let leaving, let allowed):
      "shrink: \(leaving) of \(from) \(family) addresses would leave at once; \(Int(allowed * 100)) % may"
    case .growth(let from, let to, let allowed):
      "growth: \(from) addresses would become \(to) at once; \(Int(allowed)) times as many may"
    case .tooMany(let count, let allowed):
      "maxElements: the set would hold \(count) elements; \(allowed) are allowed"
    case .closed(let family, let from, let leaving, let allowed):
      allowed == 0
        ? "empty: all \(from.countText) \(family) addresses would leave"
        : "shrink: \(leaving.countText) of \(from.countText) \(family) addresses would leave at once; \(Int(allowed * 100)) % may"
    case .opened(let family, let from, let to, let allowed):
      "growth: \(from.countText) \(family) addresses would become \(to.countText) at once; \(Int(allowed)) times as many may"
    case .tooWide(let prefix, let allowed):
      "width: \(prefix) holds \(prefix.addressCount.countText) addresses; unasked, a prefix may be as wide as /\(allowed)"
    }
  }
}

extension GuardPolicy {
  /// From how many elements of a family the shrink guard looks: below, one address is a large share.
  package static let shrinkLooksFrom = 8

  /// What the guards say of a step between sorted lists; empty when it may be published. From nothing there is only an upper bound.
  static func objections(_ guards: GuardPolicy, from published: [SetElement], to elements: [SetElement])
    -> [GuardObjection]
  {
    var objections = [GuardObjection]()
    if elements.count > guards.maxElements {
      objections.append(.tooMany(elements.count, allowed: guards.maxElements))
    }
    guard !published.isEmpty else { return objections }
    var (old, leaving) = ([AddressFamily: Int](), [AddressFamily: Int]())
    // Both are sorted.
    var place = elements.startIndex
    for element in published {
      let address = element.address
      old[address.family, default: 0] += 1
      while place < elements.endIndex, elements[place].address < address { place += 1 }
      if place == elements.endIndex || elements[place].address != address {
        leaving[address.family, default: 0] += 1
      }
    }
    for family in AddressFamily.allCases {
      guard let had = old[family] else { continue }
      let leaving = leaving[family] ?? 0
      if !elements.contains(where: { $0.address.family == family }) {
        objections.append(.empty(family, had: had))
      } else if had >= shrinkLooksFrom, Double(leaving) > Double(had) * guards.shrink {
        objections.append(.shrink(family, from: had, leaving: leaving, allowed: guards.shrink))
      }
    }
    if Double(elements.count) > Double(published.count) * guards.growth {
      objections.append(.growth(from: published.count, to: elements.count, allowed: guards.growth))
    }
    return objections
  }
}
