/// Prints measurements that `scripts/bench` puts beside those of other programs. Usage: `benchmarks NAME [ARGUMENT…]`.
@main
enum Benchmarks {
  static func main() async throws {
    let arguments = CommandLine.arguments.dropFirst()
    switch arguments.first {
    case "lines": try await LineBenchmark.run(Array(arguments.dropFirst()))
    case "fuzz-lines": try await LineBenchmark.fuzz(Array(arguments.dropFirst()))
    default: print("usage: benchmarks NAME [ARGUMENT…]")
    }
  }
}
