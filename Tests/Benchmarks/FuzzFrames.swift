import DNS
import Deciding
import Foundation
import Learning

/// Reads mutated captures for a while. Usage: `benchmarks fuzz-frames SECONDS SEED [FILE…]`. A fault ends the process.
enum FuzzFrames {
  static func run(_ arguments: [String]) throws {
    guard arguments.count >= 2, let seconds = Int(arguments[0]), let seed = UInt64(arguments[1]) else {
      print("usage: benchmarks fuzz-frames SECONDS SEED [FILE…]")
      return
    }
    var random = Random(state: seed)
    let fixtures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "LearningTests/Fixtures")
    let paths =
      arguments.count > 2
      ? Array(arguments[2...])
      : ["unbound-1.17.1-dnstap-unix.fstrm", "bind-9.18.49-dnstap.fstrm", "dnsdist-1.7.3-dnstap.fstrm"]
        .map { fixtures.appending(path: $0).path }
    let captures = try paths.map { try CapturedFrames($0).frames }
    let now = Timestamp(seconds: 1)
    let deadline = ContinuousClock.now + .seconds(seconds)
    var (items, watched, lookups, faults) = (Int64(0), Int64(0), 0, 0)
    while ContinuousClock.now < deadline {
      var tap = TapCollector(
        label: "fuzz", trustedAs: Vantage("fuzz"), watching: FrameBenchmark.watched,
        targets: FrameBenchmark.targets, at: now)
      for _ in 0..<50 {
        var octets = stream(of: captures[random.below(captures.count)], &random)
        // The framing is attacked less often than what is in the frames, or nothing would get through.
        if random.below(4) == 0 { mutate(&octets, &random) }
        var reader = FrameStream()
        var rest = octets[...]
        do {
          while !rest.isEmpty {
            let piece = rest.prefix(1 + random.below(random.below(2) == 0 ? 9 : 5000))
            rest = rest.dropFirst(piece.count)
            try piece.withUnsafeBytes { try tap.read($0, of: &reader, at: now) }
          }
        } catch { faults += 1 }
        let report = tap.takeReport(at: now)
        lookups += report.lookups.count
        for name in report.sightings.map(\.name) + report.related.map(\.name) where !name.isHostname {
          throw FuzzFramesError.notHostname(name)
        }
        for lookup in report.lookups
        where lookup.chain.addresses.contains(where: { $0.type != lookup.question.type }) {
          throw FuzzFramesError.wrongType(lookup.question)
        }
      }
      let report = tap.sourceReport(at: now)
      items += report.items
      watched += report.watched
    }
    print("frames\t\(items)\twatched\t\(watched)\tlookups\t\(lookups)\tfaults\t\(faults)\tseed\t\(seed)")
  }

  private static func stream(of frames: [[UInt8]], _ random: inout Random) -> [UInt8] {
    var octets = CapturedFrames.start
    for var frame in frames {
      for _ in 0..<random.below(4) { mutate(&frame, &random) }
      if frame.isEmpty { frame = [0] }
      octets += [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: frame.count >> $0) } + frame
    }
    return octets + CapturedFrames.stop
  }

  private static func mutate(_ octets: inout [UInt8], _ random: inout Random) {
    guard !octets.isEmpty else { return }
    let index = random.below(octets.count)
    switch random.below(7) {
    case 0: octets[index] = UInt8(random.below(256))
    case 1: octets[index] ^= 1 << UInt8(random.below(8))
    case 2: octets[index] = [0, 1, 0x3f, 0x40, 0x7f, 0x80, 0xc0, 0xff][random.below(8)]
    case 3: octets.insert(UInt8(random.below(256)), at: index)
    case 4: octets.remove(at: index)
    case 5: octets.removeSubrange(index...)
    default:
      let piece = octets[index..<min(octets.count, index + random.below(40))]
      octets.insert(contentsOf: piece, at: random.below(octets.count))
    }
  }

  private struct Random {
    var state: UInt64

    mutating func below(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407  // Knuth, TAOCP 3.3.4
      return Int(truncatingIfNeeded: state >> 33) % bound
    }
  }
}

enum FuzzFramesError: Error, CustomStringConvertible {
  case notHostname(DomainName)
  case wrongType(Question)

  var description: String {
    switch self {
    case .notHostname(let name): "learned \(name), which is no hostname"
    case .wrongType(let question): "an answer to \(question) has an address of another type"
    }
  }
}
