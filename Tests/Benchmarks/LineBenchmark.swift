import DNS
import Deciding
import Glibc
import Learning

/// How many lines of dnsmasq's query log are read in a second, and a run of the line reader over noise.
enum LineBenchmark {
  private static let watched = WatchedNames(Profile.mcrGlobal.selectors + Profile.mcrChina.selectors)

  /// `lines FILE TIMES`: reads the file's octets as many times.
  static func run(_ arguments: [String]) async throws {
    guard arguments.count == 2, let times = Int(arguments[1]), times > 0, let octets = read(arguments[0])
    else {
      print("usage: benchmarks lines FILE TIMES")
      return
    }
    var reader = SightingReader(.dnsmasq, watching: watched)
    let clock = ContinuousClock()
    let taken = clock.measure {
      for _ in 0..<times { reader.append(octets) }
    }
    let tally = reader.takeTally()
    let seconds = Double(taken.milliseconds) / 1000
    print(
      "lines\t\(tally.lines)\tnames\t\(tally.names.count)\tlines/s\t\(Int(Double(tally.lines) / max(seconds, 0.001)))"
    )
  }

  /// `fuzz-lines SECONDS SEED`: reads lines made of log fragments that mostly follow in order; ends by itself, or by a crash.
  static func fuzz(_ arguments: [String]) async throws {
    guard arguments.count == 2, let seconds = Int(arguments[0]), var state = UInt64(arguments[1]) else {
      print("usage: benchmarks fuzz-lines SECONDS SEED")
      return
    }
    func random(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407  // Knuth, TAOCP 3.3.4
      return Int(truncatingIfNeeded: state >> 33) % bound
    }
    // In the order of a good line, so that one in a few is whole but for a small fault.
    let fragments: [[UInt8]] = [
      "Nov 23 08:31:19 ", "dnsmasq[1]: ", "query[", "A", "] ", "eastus", ".data.mcr.microsoft.com", " from ",
      "10.0.0.1", "\n", "<30>1 ", "1 10.0.0.1/53 ", "reply ", " is ", "\r", "\0", "\u{1b}[31m", ".", "-",
      "host ",
    ].map { Array($0.utf8) }
    var next = 0
    var reader = SightingReader(.dnsmasq, watching: watched)
    let end = ContinuousClock.now + .seconds(seconds)
    var (lines, names): (Int64, Int64) = (0, 0)
    while ContinuousClock.now < end {
      for _ in 0..<10_000 {
        next = random(12) == 0 ? random(fragments.count) : next > 8 ? 0 : next + 1
        var piece = fragments[next]
        if random(60) == 0 { piece.append(UInt8(random(256))) }
        reader.append(piece)
      }
      reader.append([0x0a])
      let tally = reader.takeTally()
      lines += tally.lines
      names += tally.names.values.reduce(0) { $0 + $1.count }
      for name in tally.names.keys where !name.isHostname { print("not a hostname: \(name)") }
    }
    print("lines\t\(lines)\tsightings\t\(names)")
  }

  private static func read(_ path: String) -> [UInt8]? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var octets = [UInt8]()
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { octets += buffer[..<count] }
    return octets
  }
}
