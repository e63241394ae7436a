import DNS
import Deciding
import Learning
import Publishing

/// What `postern observe` has read so far.
struct Observed: Sendable {
  /// The most names that one run hands over; a list longer than that is no use of names by clients.
  static let mostNames = 65_536

  struct Use: Sendable {
    var sightings: Int64 = 0
    var evidence = NameEvidence.denied
  }

  struct Input: Sendable {
    let name: String
    let format: String
    var lines: Int64 = 0
  }

  private(set) var names = [DomainName: Use]()
  private(set) var related = [DomainName: Int64]()
  private(set) var inputs = [Input]()
  private(set) var lines: Int64 = 0
  private(set) var unwatched: Int64 = 0
  private(set) var overflow: Int64 = 0
  private(set) var refused = [LineFault: Int64]()
  private(set) var samples = [RefusedSample]()

  mutating func begin(_ name: String, format: String) { inputs.append(Input(name: name, format: format)) }

  mutating func add(_ tally: SightingTally) {
    for (name, found) in tally.names {
      guard names[name] != nil || names.count < Self.mostNames else {
        overflow += found.count
        continue
      }
      var use = names[name] ?? Use()
      // A denial stands against a question, as within one tally.
      let isNew = use.sightings == 0 || use.evidence == .asked && found.evidence == .denied
      use.evidence =
        isNew ? found.evidence : found.evidence == .asked ? use.evidence : max(use.evidence, found.evidence)
      use.sightings += found.count
      names[name] = use
    }
    for (name, count) in tally.related
    where related[name] != nil || related.count < SightingTally.mostRelated {
      related[name, default: 0] += count
    }
    lines += tally.lines
    if !inputs.isEmpty { inputs[inputs.count - 1].lines += tally.lines }
    unwatched += tally.unwatched
    overflow += tally.overflow
    refused.merge(tally.malformed, uniquingKeysWith: +)
  }

  /// Keeps the last refused lines of an input that was read to its end.
  mutating func add(_ refused: RefusedLines) { samples += refused.samples }

  /// Takes in what a registry told.
  mutating func add(_ round: RegistryRound) {
    for sighting in round.sightings {
      names[sighting.name] = Use(sightings: sighting.count, evidence: sighting.evidence)
    }
    for sighting in round.related { related[sighting.name, default: 0] += sighting.count }
    lines += Int64(round.steps.count)
    if !inputs.isEmpty { inputs[inputs.count - 1].lines = Int64(round.steps.count) }
  }

  /// Keeps samples of refused frames.
  mutating func add(_ refused: [RefusedSample]) {
    samples += refused.prefix(max(0, CaptureReader.mostSamples - samples.count))
  }

  var json: [UInt8] {
    var json = JSONText()
    json.beginObject()
    json.beginArray("names")
    for (name, use) in names.sorted(by: { $0.key < $1.key }) {
      json.beginObject()
      json.string(name.text, "name")
      json.number(use.sightings, "sightings")
      json.string(use.evidence.rawValue, "evidence")
      json.endObject()
    }
    json.endArray()
    json.beginArray("related")
    for (name, count) in related.sorted(by: { $0.key < $1.key }) {
      json.beginObject()
      json.string(name.text, "name")
      json.number(count, "sightings")
      json.string(NameRelation.sameParent.description, "relation")
      json.endObject()
    }
    json.endArray()
    json.beginArray("refused")
    for (fault, count) in refused.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      json.beginObject()
      json.string(fault.rawValue, "fault")
      json.number(count, "lines")
      json.strings(samples.filter { $0.fault == fault.rawValue }.map(\.text), "samples")
      json.endObject()
    }
    json.endArray()
    json.beginArray("inputs")
    for input in inputs {
      json.beginObject()
      json.string(input.name, "file")
      json.string(input.format, "format")
      json.number(input.lines, "lines")
      json.endObject()
    }
    json.endArray()
    json.number(lines, "lines")
    json.number(unwatched, "unwatched")
    json.number(overflow, "overflow")
    json.endObject()
    json.endLine()
    return json.bytes
  }

  /// - Parameter isDry: whether to list what isn't handed over, too.
  func table(isDry: Bool) -> String {
    var text = ""
    var table = Table("NAME", "SIGHTINGS", "EVIDENCE")
    for (name, use) in names.sorted(by: { $0.key < $1.key }) {
      table.add(name.text, "\(use.sightings)", use.evidence.rawValue)
    }
    if !table.isEmpty { text += table.text + "\n" }
    var others = Table("RELATED, NOT WATCHED", "SIGHTINGS")
    for (name, count) in related.sorted(by: { $0.key < $1.key }) { others.add(name.text, "\(count)") }
    if isDry, !others.isEmpty { text += others.text + "\n" }
    for input in inputs { text += "\(input.name): read as \(input.format), \(input.lines) lines\n" }
    text += "\(lines) lines, \(unwatched) with names that no set watches"
    for (fault, count) in refused.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      text += "\nrefused: \(fault.rawValue) (\(count) lines)"
      for sample in samples.filter({ $0.fault == fault.rawValue }).suffix(3) { text += "\n  \(sample.text)" }
    }
    if overflow > 0 { text += "\ndropped: \(overflow) sightings of more names than are kept" }
    return text
  }
}
