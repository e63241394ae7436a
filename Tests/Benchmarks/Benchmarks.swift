/// Prints measurements that `scripts/bench` puts beside those of other programs. Usage: `benchmarks NAME [ARGUMENT…]`.
@main
enum Benchmarks {
  static func main() async throws {
    let arguments = CommandLine.arguments.dropFirst()
    switch arguments.first {
    case "fuzz-replies": try FuzzReplies.run(Array(arguments.dropFirst()))
    case "lookups": try await LookupBenchmark.run(Array(arguments.dropFirst()))
    default: print("usage: benchmarks NAME [ARGUMENT…]")
    }
  }
}
