import DNS
import Deciding
import Glibc
import Learning

/// How many lines of a log are read in a second, and a run of the line readers over noise.
enum LineBenchmark {
  private static let watched = WatchedNames(Profile.mcrGlobal.selectors + Profile.mcrChina.selectors)

  /// `lines FILE TIMES [TEMPLATE]`: reads the file's octets as many times, in the format that they have or the one given.
  static func run(_ arguments: [String]) async throws {
    guard (2...3).contains(arguments.count), let times = Int(arguments[1]), times > 0,
      let octets = read(arguments[0])
    else {
      print("usage: benchmarks lines FILE TIMES [TEMPLATE]")
      return
    }
    let lines =
      arguments.count == 3
      ? LineReader(try LineTemplate(arguments[2]))
      : LineReader(LineFormat.detect(Array(octets.prefix(65_536))))
    var reader = SightingReader(lines, watching: watched)
    let clock = ContinuousClock()
    let taken = clock.measure {
      for _ in 0..<times {
        // In the pieces that a follower reads.
        for start in stride(from: 0, to: octets.count, by: 1 << 18) {
          reader.append(octets[start...].prefix(1 << 18))
        }
      }
    }
    let tally = reader.takeTally()
    let seconds = Double(taken.milliseconds) / 1000
    print(
      "format\t\(reader.format)\tlines\t\(tally.lines)\tnames\t\(tally.names.count)\tlines/s\t"
        + "\(Int(Double(tally.lines) / max(seconds, 0.001)))\tMB/s\t"
        + "\(Int(Double(octets.count * times) / 1e6 / max(seconds, 0.001)))")
  }

  /// `fuzz-lines SECONDS SEED`: reads lines of each format in turn, made of fragments that mostly follow in order; ends
  /// by itself, or by a crash.
  static func fuzz(_ arguments: [String]) async throws {
    guard arguments.count == 2, let seconds = Int(arguments[0]), var state = UInt64(arguments[1]) else {
      print("usage: benchmarks fuzz-lines SECONDS SEED")
      return
    }
    func random(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407  // Knuth, TAOCP 3.3.4
      return Int(truncatingIfNeeded: state >> 33) % bound
    }
    let template = try LineTemplate("{*} q={name} from {client}")
    let readers = LineFormat.allCases.map { LineReader($0) } + [LineReader(template)]
    let end = ContinuousClock.now + .seconds(seconds)
    var (lines, names): (Int64, Int64) = (0, 0)
    var turn = 0
    while ContinuousClock.now < end {
      let number = turn % readers.count
      turn += 1
      var reader = SightingReader(readers[number], watching: watched)
      let good = LineFuzz.lines[number].map { $0.map { Array($0.utf8) } }
      for _ in 0..<500 {
        let line = good[random(good.count)]
        var next = 0
        while next < line.count {
          var piece = line[next]
          switch random(40) {
          case 0: piece.append(UInt8(random(256)))
          case 1: piece += LineFuzz.marks[random(LineFuzz.marks.count)]
          case 2: next = random(line.count)
          case 3 where !piece.isEmpty: piece.removeSubrange(random(piece.count)...)
          default: break
          }
          reader.append(piece)
          next += 1
        }
        reader.append(random(50) == 0 ? [0x0d, 0x0a] : [0x0a])
      }
      let tally = reader.takeTally()
      lines += tally.lines
      names += tally.names.values.reduce(0) { $0 + $1.count }
      for name in tally.names.keys where !name.isHostname { print("not a hostname: \(name)") }
      for sample in reader.refused.samples
      where sample.text.utf8.contains(where: { !(0x20...0x7e).contains($0) }) {
        print("not printable: \(sample.text)")
      }
    }
    print("lines\t\(lines)\tsightings\t\(names)")
  }

  static func read(_ path: String) -> [UInt8]? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var octets = [UInt8]()
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { octets += buffer[..<count] }
    return octets
  }
}
