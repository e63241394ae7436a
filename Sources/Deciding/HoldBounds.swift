internal import DNS

/// How long records of a name are held, over all of its sets.
struct HoldBounds: Sendable {
  /// Those of its sets.
  let retentions: [Duration]
  /// The longest of them.
  let hold: Duration
  /// How much of a gap between lookups counts as watched.
  let longestGap: Duration
  /// The shortest floor and ceiling of its sets.
  let refresh: RefreshPolicy

  init(of policies: [SetPolicy]) {
    retentions = policies.map(\.retention)
    hold = retentions.max() ?? SetPolicy.defaultRetention
    let floor = policies.map(\.refresh.floor).min() ?? RefreshPolicy().floor
    let ceiling = max(floor, policies.map(\.refresh.ceiling).min() ?? RefreshPolicy().ceiling)
    refresh = RefreshPolicy(floor: floor, ceiling: ceiling)
    // A quarter of the retention: rounds run by cron hours apart still count, a week's outage hardly does. Of several
    // sets the shortest counts, or a gap that is little to one would empty the other.
    longestGap = max(ceiling * 2, (retentions.min() ?? SetPolicy.defaultRetention) / 4)
  }

  /// Whether what leaves one set is held for none.
  var isEven: Bool { retentions.allSatisfy { $0 == hold } }
}

/// What a name gives a set.
struct GivenAddresses: Sendable {
  /// In the order of the records, once for each vantage: equal lists are equal sets, and cost less to compare.
  var addresses: [IPAddress] = []
  /// Whether no address is held for longer than it stays.
  var isWhole = true
}
