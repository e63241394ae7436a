internal import DNS
internal import Deciding

/// What came of a lookup, as text in `answer.content`: the outcome, then a line for each record with its owner, TTL
/// and data. `@` stands for the asked name, so that names that answer alike share a row.
enum StoredAnswer {
  static func text(_ answer: JournalAnswer, to name: DomainName) -> String {
    var text = answer.outcome.description
    for record in answer.records {
      let owner = record.owner == name ? "@" : record.owner.text
      text += "\n\(owner) \(record.ttl) \(record.data)"
    }
    return text
  }

  /// Reads it back; nil for what was not written here.
  static func answer(_ text: String, to name: DomainName) -> JournalAnswer? {
    var lines = text.split(separator: "\n")[...]
    guard let outcome = lines.popFirst().flatMap({ Outcome(String($0)) }) else { return nil }
    var records = [ResourceRecord]()
    for line in lines {
      let parts = line.split(separator: " ")
      guard parts.count == 3, let ttl = UInt32(parts[1]) else { return nil }
      let owner = parts[0] == "@" ? name : DomainName(canonical: String(parts[0]))
      let data: (RecordType, RecordData) =
        if let address = IPAddress(parts[2]) {
          (address.family.recordType, .address(address))
        } else {
          (.cname, .name(DomainName(canonical: String(parts[2]))))
        }
      records.append(ResourceRecord(owner: owner, type: data.0, ttl: TTL(wire: ttl), data: data.1))
    }
    return JournalAnswer(outcome: outcome, records: records)
  }
}
