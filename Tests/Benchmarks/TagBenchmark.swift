import DNS
import Deciding
import Foundation
import Learning
import Recording

/// `benchmarks tags`: reads a file of service tags as large as Microsoft's, keeps it, and tells the tags of a whole set.
/// Prints `STEP<TAB>MILLISECONDS` lines, and what memory the process had at most as `STEP<TAB>MEGABYTES` where it says so.
enum TagBenchmark {
  private static let tags = 3000
  private static let prefixesPerTag = 33
  private static let addresses = 65_536

  static func run(_ arguments: [String]) async throws {
    let octets = Array(json(change: 1).utf8)
    let newer = try TagFileReader.read(Array(json(change: 2).utf8))
    let what = "\(octets.count / 1000) kB with \(tags * prefixesPerTag) prefixes in \(tags) tags"
    let file = try time("read \(what)") { try TagFileReader.read(octets) }
    let edition = time("make ready for look-ups") {
      TagEdition(id: 1, file: file, importedAt: now, asOf: now, source: "")
    }
    let book = TagBook([edition])
    let snapshot = try sample()
    let found = time("all tags of \(addresses) addresses") {
      snapshot.elements.reduce(0) { $0 + edition.matches(of: $1.address).count }
    }
    let rules = TagRules(expected: [TagName("Tag1")].compactMap(\.self))
    let exposure = time("exposure of \(addresses) addresses") {
      SetExposure(of: snapshot, rules: rules, by: book)
    }
    let change = time("difference of two files") { TagChange(from: file, to: newer) }
    let folder = FileManager.default.temporaryDirectory.appending(path: "tags-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let store = try HistoryStore.open(path: folder.appending(path: "history.sqlite").path, mode: .writer)
    let origin = TagOrigin(source: "", asOf: now, at: now, by: "")
    _ = try await time("first import") { try await store.importTags(file, origin, isForced: false) }
    _ = try await time("next import") { try await store.importTags(newer, origin, isForced: false) }
    let kept = try await time("read back") { try await store.currentTags() }
    let address = snapshot.elements[0].address
    _ = try await time("tags of one address at a past moment") {
      try await store.tags(holding: address, at: now)
    }
    try decide(kept)
    print("memory of all steps [MB]\t\(peak)")
    try store.close()
    print(
      "# \(found) matches, \(exposure.outside.count) outside, \(change.added) added, kept \(kept[.publicCloud]?.file == newer)"
    )
  }

  /// A set of all prefixes, which is more than any sensible one.
  private static func decide(_ book: TagBook) throws {
    guard let name = SetName("all"), let edition = book[.publicCloud] else { throw CancellationError() }
    let policy = SetPolicy(
      name: name, selectors: [], guards: GuardPolicy(maxElements: 1_000_000),
      tagRules: TagRules(given: edition.file.tags.map(\.name)))
    let builder = SnapshotBuilder(policy) { _ in Digest(octets: []) }
    let elements = time("elements of a set of all tags") { builder.elements(of: edition, after: nil) }
    let first = builder.tagStep(from: nil, to: elements, isApproved: true, at: now).publication?.snapshot
    let step = time("judge and step to a generation without a tenth of \(elements.count) elements") {
      builder.tagStep(
        from: first, to: Array(elements.dropFirst(elements.count / 10)), isApproved: false, at: now)
    }
    print("# \(step.publication?.left.count ?? 0) left")
  }

  /// The most memory that the process ever had, in megabytes.
  private static var peak: Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return line.flatMap { Int($0.filter(\.isNumber)) }.map { $0 / 1024 } ?? 0
  }

  private static let now = Timestamp(seconds: 1_795_424_400)

  /// As Microsoft writes it, with every member and its line breaks. A third of the prefixes are IPv6, and regions are nested
  /// in their service's tag.
  private static func json(change: Int) -> String {
    let values = (0..<tags).map { tag in
      let prefixes = (0..<prefixesPerTag).map { index -> String in
        let number = (tag * prefixesPerTag + index) % 60_000 + (tag == 7 ? change : 0)
        return index % 3 == 0
          ? "          \"2603:\(String(number, radix: 16))::/\(40 + tag % 9)\""
          : "          \"20.\(number / 256).\(number % 256).0/\(24 + tag % 2 * 4)\""
      }
      return """
            {
              "name": "Tag\(tag)",
              "id": "Tag\(tag)",
              "properties": {
                "changeNumber": \(change),
                "region": "region\(tag % 60)",
                "regionId": \(tag % 60),
                "platform": "Azure",
                "systemService": "AzureService\(tag % 100)",
                "addressPrefixes": [
        \(prefixes.joined(separator: ",\r\n"))
                ],
                "networkFeatures": ["API", "NSG", "UDR", "FW"]
              }
            }
        """
    }
    return
      "{\r\n  \"changeNumber\": \(change),\r\n  \"cloud\": \"Public\",\r\n  \"values\": [\r\n\(values.joined(separator: ",\r\n"))\r\n  ]\r\n}\r\n"
  }

  private static func sample() throws -> Snapshot {
    let elements = (0..<UInt32(addresses)).map { index in
      SetElement(
        address: index % 4 == 3
          ? IPAddress(v6: 0x2603 << 112 + UInt128(index) << 96) : IPAddress(v4: 0x1400_0000 + index * 251),
        names: [DomainName(canonical: "mcr.microsoft.com")], firstSeen: now, lastSeen: now)
    }
    guard let set = SetName("mcr") else { throw CancellationError() }
    return Snapshot(
      set: set, generation: Generation(1), at: now, elements: elements, digest: Digest(octets: []))
  }

  private static func time<Value>(_ step: String, _ body: () throws -> Value) rethrows -> Value {
    let start = ContinuousClock.now
    let value = try body()
    print("\(step)\t\((ContinuousClock.now - start).milliseconds)")
    return value
  }

  private static func time<Value>(_ step: String, _ body: () async throws -> Value) async rethrows -> Value {
    let start = ContinuousClock.now
    let value = try await body()
    print("\(step)\t\((ContinuousClock.now - start).milliseconds)")
    return value
  }
}
