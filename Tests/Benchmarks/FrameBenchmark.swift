import DNS
import Deciding
import Learning

/// How many dnstap frames are read in a second.
enum FrameBenchmark {
  static let watched = WatchedNames(Profile.mcrGlobal.selectors + Profile.mcrChina.selectors)
  /// What the captures' names lead to, so that the way to related names is taken as well.
  static let targets: Set<DomainName> = [
    DomainName(canonical: "mcr-0001.mcr-msedge.net"), DomainName(canonical: "mcr.trafficmanager.net"),
  ]

  /// `frames FILE TIMES`: reads the capture's frames as many times, in pieces of 64 KiB: as a file, as what a trusted
  /// tap sends, and with nothing watched.
  static func run(_ arguments: [String]) async throws {
    guard arguments.count == 2, let times = Int(arguments[1]), times > 0 else {
      print("usage: benchmarks frames FILE TIMES")
      return
    }
    let capture = try CapturedFrames(arguments[0])
    let (block, count) = capture.block
    let blocks = max(1, times * capture.frames.count / count)

    var file = CaptureReader(watching: watched)
    file.append(CapturedFrames.start)
    let fileSeconds = seconds { eachPiece(block, blocks) { file.append($0) } }
    let tally = file.takeTally()
    report("file", tally.lines, fileSeconds, names: tally.names.count, expected: blocks * count)

    for (label, names) in [
      ("trusted", watched), ("unwatched", WatchedNames([.name(DomainName(canonical: "a.example"))])),
    ] {
      let now = Timestamp(seconds: 1)
      var stream = FrameStream()
      var tap = TapCollector(
        label: "bench", trustedAs: Vantage("bench"), watching: names, targets: targets, at: now)
      try CapturedFrames.start.withUnsafeBytes { try tap.read($0, of: &stream, at: now) }
      var (names, lookups) = (0, 0)
      let tapSeconds = try seconds {
        try eachPiece(block, blocks) { piece in
          try piece.withUnsafeBytes { try tap.read($0, of: &stream, at: now) }
          let report = tap.takeReport(at: now)
          names = max(names, report.sightings.count)
          lookups = max(lookups, report.lookups.count)
        }
      }
      report(label, tap.sourceReport(at: now).items, tapSeconds, names: names, expected: blocks * count)
    }
  }

  private static func eachPiece(
    _ block: [UInt8], _ times: Int, _ body: (ArraySlice<UInt8>) throws -> Void
  ) rethrows {
    for _ in 0..<times {
      for start in stride(from: 0, to: block.count, by: 65_536) {
        try body(block[start..<min(block.count, start + 65_536)])
      }
    }
  }

  private static func seconds(_ body: () throws -> Void) rethrows -> Double {
    Double(try ContinuousClock().measure(body).milliseconds) / 1000
  }

  private static func report(_ label: String, _ frames: Int64, _ seconds: Double, names: Int, expected: Int) {
    print(
      "\(label)\tframes\t\(frames)\tlost\t\(Int64(expected) - frames)\tnames\t\(names)\tframes/s\t\(Int(Double(frames) / max(seconds, 0.001)))"
    )
  }
}
