/// Prints measurements that `scripts/bench` puts beside those of other programs. Usage: `benchmarks NAME [ARGUMENT…]`.
@main
enum Benchmarks {
  static func main() async throws {
    let arguments = CommandLine.arguments.dropFirst()
    switch arguments.first {
    case "history": try await HistoryBenchmark.run(Array(arguments.dropFirst()))
    case "history-reader": try await HistoryPeek.run(Array(arguments.dropFirst()))
    case "history-verifier": try await HistoryVerifier.run(Array(arguments.dropFirst()))
    case "history-writer": try await HistoryWriter.run(Array(arguments.dropFirst()))
    default: print("usage: benchmarks NAME [ARGUMENT…]")
    }
  }
}
