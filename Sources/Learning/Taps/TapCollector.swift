package import DNS
package import Deciding

/// Gathers what the frames of one tap say until somebody takes it, and counts how the tap does.
///
/// What it holds is bounded whatever comes: names as in `SightingTally`, 4,096 distinct answers, and the rest is counted
/// as dropped.
package struct TapCollector: Sendable {
  /// Refused frames that are kept for people to look at.
  package static let mostSamples = 8

  /// The source's identity.
  package let label: String
  private var reader: TapReader
  private var batch = TapBatch()
  /// Samples since the last report: the last few are wanted, but not a text for each frame of a flood.
  private var freshSamples = 0
  private var totals: SourceReport
  private var meter: RateMeter

  /// - Parameters:
  ///   - label: the source's identity, such as `dnstap:unix:/run/postern/dnstap.sock`.
  ///   - vantage: the tap, if its answers are believed.
  package init(
    label: String, trustedAs vantage: Vantage?, watching names: WatchedNames, targets: Set<DomainName> = [],
    at now: Timestamp
  ) {
    self.label = label
    reader = TapReader(trustedAs: vantage, watching: names, targets: targets)
    totals = SourceReport(label: label, kind: "dnstap")
    totals.connections = 0
    meter = RateMeter(at: now)
  }

  /// Watches other names from now on; what was gathered stays.
  package mutating func watch(_ names: WatchedNames, targets: Set<DomainName> = []) {
    reader.watch(names, targets: targets)
  }

  /// Reads the next octets of a connection.
  ///
  /// - Throws: `FrameStreamError` when the connection can't go on; it is counted already, and so is what came before.
  package mutating func read(
    _ octets: UnsafeRawBufferPointer, of stream: inout FrameStream, at now: Timestamp
  ) throws(FrameStreamError) {
    let (before, unknownBefore) = (batch.tally.lines, stream.unknownControls)
    defer {
      for _ in unknownBefore..<stream.unknownControls { batch.add(.malformed(.unknownControl)) }
      if batch.tally.lines > before {
        meter.count(batch.tally.lines - before, at: now)
        totals.lastItemAt = now
      }
    }
    do {
      try stream.read(octets) { add($0, at: now) }
    } catch {
      refuse(error.fault, error.description)
      throw error
    }
  }

  /// Takes one frame.
  package mutating func add(_ frame: UnsafeRawBufferPointer, at now: Timestamp) {
    switch reader.read(frame, at: now) {
    case .line(let line):
      batch.add(line)
      if case .malformed(let fault) = line, freshSamples < Self.mostSamples {
        keep(TapReader.sample(of: frame, fault))
      }
    case .given(let lookup, let evidence):
      if !batch.add(lookup, evidence) { totals.dropped += 1 }
    case .sameTarget(let name, let target):
      if !batch.add(name, target: target) { totals.dropped += 1 }
    }
  }

  /// Counts what is no frame: a connection that was refused, or that ended badly.
  package mutating func refuse(_ fault: String, _ text: String) {
    totals.refused[fault, default: 0] += 1
    if freshSamples < Self.mostSamples { keep(RefusedSample(fault: fault, text: String(text.prefix(200)))) }
  }

  /// Notes how many connections are past their handshake.
  package mutating func note(connections: Int) { totals.connections = connections }

  /// Notes why nothing can be read; nil when it can.
  package mutating func note(fault: String?) { totals.fault = fault }

  /// Whether a report would hold something.
  package var hasNews: Bool { batch.hasNews }

  /// What came since the last call.
  package mutating func takeBatch(at now: Timestamp) -> TapBatch {
    defer {
      batch = TapBatch()
      freshSamples = 0
    }
    totals = sourceReport(at: now)
    return batch
  }

  /// What came since the last call, in order.
  package mutating func takeReport(at now: Timestamp) -> TapReport {
    takeBatch(at: now).report(source: label, at: now)
  }

  /// How the tap does, with what no report took yet.
  package func sourceReport(at now: Timestamp) -> SourceReport {
    var report = totals
    let tally = batch.tally
    let refused = tally.malformed.values.reduce(0, +)
    report.items += tally.lines
    report.watched += tally.lines - tally.unwatched - tally.skipped - refused
    report.others += tally.unwatched + tally.skipped
    for (fault, count) in tally.malformed { report.refused[fault.rawValue, default: 0] += count }
    report.dropped += tally.overflow
    report.rate = meter.rate(at: now)
    report.resolvers = reader.resolvers.list.isEmpty ? nil : reader.resolvers.list
    return report
  }

  private mutating func keep(_ sample: RefusedSample) {
    freshSamples += 1
    if totals.samples.count >= Self.mostSamples { totals.samples.removeFirst() }
    totals.samples.append(sample)
  }
}
