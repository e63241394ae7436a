extension LineFormat {
  /// How many of a text's first lines decide.
  private static let deciding = 64

  /// The format of a text, from its beginning: the one that recognises most of its first lines, for a log may hold lines
  /// of other programs and of its server's start. Among equals, and for a text that none recognises, it is a list of
  /// hostnames.
  package static func detect(_ beginning: [UInt8]) -> LineFormat {
    var counts = [Int](repeating: 0, count: allCases.count)
    var lines = 0
    var splitter = LineSplitter()
    let body = { (line: UnsafeBufferPointer<UInt8>) in
      guard lines < deciding, !line.isEmpty else { return }
      lines += 1
      for (index, format) in allCases.enumerated() where format.recognises(line) { counts[index] += 1 }
    }
    beginning.withUnsafeBufferPointer { octets in
      let consumed = splitter.split(octets, body)
      splitter.finish(UnsafeBufferPointer(rebasing: octets[consumed...]), body)
    }
    let most = counts.max() ?? 0
    let best = counts.indices.filter { counts[$0] == most }
    guard most > 0, best.count == 1, let index = best.first else { return .hostnames }
    return allCases[index]
  }
}
