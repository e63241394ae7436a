import DNS
import FakeNameServer

/// Reads mutated replies for a while. Usage: `benchmarks fuzz-replies SECONDS SEED`. A fault ends the process.
enum FuzzReplies {
  static func run(_ arguments: [String]) throws {
    guard arguments.count == 2, let seconds = Int(arguments[0]), let seed = UInt64(arguments[1]) else {
      throw FuzzRepliesError.usage
    }
    var mutation = ReplyMutation(seed: seed)
    var reader = MessageReader()
    var (messages, readable) = (0, 0)
    let deadline = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < deadline {
      for _ in 0..<1000 {
        messages += 1
        guard let message = try? reader.read(mutation.next()) else { continue }
        readable += 1
        for record in message.answers + message.authority { try mutation.check(record) }
      }
    }
    print("\(messages) messages, \(readable) readable, seed \(seed)")
  }
}

enum FuzzRepliesError: Error, CustomStringConvertible {
  case usage

  var description: String { "usage: benchmarks fuzz-replies SECONDS SEED" }
}
