internal import DNS

/// How one vantage does, for people and for the next start.
package struct VantageReport: Sendable, Hashable, Codable {
  /// The vantage's label.
  package let label: String
  /// Why nothing new of it is believed; nil while it is.
  package var fault: VantageFault?
  /// Since when it is set aside.
  package var asideSince: Timestamp?
  /// What it gave that the others had given up; nil while nothing is suspected.
  package var lag: LagRecord?
  /// Since when it fails; nil while it answers.
  package var failingSince: Timestamp?
  /// The last failure, also when it answers again.
  package var lastFailure: String?
  /// The last answer or denial; nil when there was none since the start.
  package var lastSuccess: Timestamp?
  /// Of the last success, in milliseconds.
  package var roundTrip: Int64?
  /// Addresses that it gives now, each once.
  package var addresses = 0
  /// Of these, the ones that no other vantage gives for the same name.
  package var unique = 0
  /// Those by name; at most `most` names.
  package var only: [Divergence] = []

  /// The addresses that only this vantage gives for one name.
  package struct Divergence: Sendable, Hashable, Codable {
    /// A tracked name, as text.
    package let name: String
    /// Sorted; at most `most`.
    package let addresses: [String]

    /// Nothing is sorted or cut here.
    package init(name: String, addresses: [String]) {
      self.name = name
      self.addresses = addresses
    }
  }

  /// What is listed at most, of names and of addresses of one name; counts are of all.
  package static let most = 200

  /// One that tells nothing yet.
  package init(label: String) { self.label = label }

  /// The share of its addresses that no other vantage gives, 0 to 1; nil without addresses.
  package var uniqueShare: Double? { addresses > 0 ? Double(unique) / Double(addresses) : nil }

  /// One word: `good`, `aside`, `failing` or `silent`.
  package var state: String {
    if fault != nil { return "aside" }
    if failingSince != nil { return "failing" }
    return lastSuccess == nil ? "silent" : "good"
  }

  /// Whether somebody who looks at vantages would want to know at once.
  package func isNews(after earlier: VantageReport?) -> Bool {
    earlier?.fault != fault || (earlier?.failingSince == nil) != (failingSince == nil)
  }
}

extension Watch {
  /// How each upstream and trusted tap does, by label.
  package var vantageReports: [VantageReport] {
    var given = [Vantage: [DomainName: Set<IPAddress>]]()
    for tracked in names.values {
      let hold = tracked.bounds.hold
      for state in tracked.states {
        let addresses = Set(state.held(retention: hold).compactMap(\.address))
        if !addresses.isEmpty { given[state.vantage, default: [:]][tracked.name] = addresses }
      }
    }
    let isCompared = given.count > 1
    return (vantages + taps.keys).sorted().map { vantage in
      var report = VantageReport(label: vantage.label)
      report.fault = trust[vantage]?.fault
      report.asideSince = trust[vantage]?.since
      report.lag = trust[vantage]?.lag.record
      let health = health[vantage]
      report.failingSince = health?.isFailing == true ? health?.failingSince : nil
      report.lastFailure = health?.lastFailure
      report.lastSuccess = health?.lastSuccess
      report.roundTrip = health?.roundTrip?.milliseconds
      let own = given[vantage] ?? [:]
      report.addresses = own.values.reduce(into: Set()) { $0.formUnion($1) }.count
      guard isCompared else { return report }
      var unique = Set<IPAddress>()
      for (name, addresses) in own.sorted(by: { $0.key < $1.key }) {
        let elsewhere = given.filter { $0.key != vantage }.values.compactMap { $0[name] }
        let only = elsewhere.reduce(addresses) { $0.subtracting($1) }
        unique.formUnion(only)
        guard !only.isEmpty, report.only.count < VantageReport.most else { continue }
        report.only.append(
          VantageReport.Divergence(
            name: name.text, addresses: only.sorted().prefix(VantageReport.most).map(\.description)))
      }
      report.unique = unique.count
      return report
    }
  }
}
