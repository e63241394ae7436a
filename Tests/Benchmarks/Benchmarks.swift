/// Prints measurements that `scripts/bench` puts beside those of other programs. Usage: `benchmarks NAME [ARGUMENT…]`.
@main
enum Benchmarks {
  static func main() async throws {
    let arguments = CommandLine.arguments.dropFirst()
    let rest = Array(arguments.dropFirst())
    switch arguments.first {
    case "apply-latency": try await ApplyBenchmark.run(rest)
    case "aggregate": try await AggregateBenchmark.run(rest)
    case "coverage": await CoverageBenchmark.run(rest)
    case "frames": try await FrameBenchmark.run(rest)
    case "fuzz-frames": try FuzzFrames.run(rest)
    case "explain": try await ExplainBenchmark.run(rest)
    case "follow": try await FollowBenchmark.run(rest)
    case "follow-rate": try await FollowBenchmark.rate(rest)
    case "fuzz-lines": try await LineBenchmark.fuzz(rest)
    case "fuzz-replies": try FuzzReplies.run(rest)
    case "history": try await HistoryBenchmark.run(rest)
    case "history-reader": try await HistoryPeek.run(rest)
    case "history-verifier": try await HistoryVerifier.run(rest)
    case "history-writer": try await HistoryWriter.run(rest)
    case "http-server": try await HTTPBenchmark.run(rest)
    case "kernel-latency": try await KernelLatencyBenchmark.run(rest)
    case "latency": try await LatencyBenchmark.run(rest)
    case "lines": try await LineBenchmark.run(rest)
    case "lookups": try await LookupBenchmark.run(rest)
    case "render": try await RenderBenchmark.run(rest)
    case "replay": try await ReplayBenchmark.run(rest)
    case "sse": try await EventBenchmark.run(rest)
    case "sse-server": try await EventBenchmark.serve()
    case "tags": try await TagBenchmark.run(rest)
    case "tap-latency": try await TapLatencyBenchmark.run(rest)
    case "tap-socket": try await TapSocketBenchmark.run(rest)
    default: print("usage: benchmarks NAME [ARGUMENT…]")
    }
  }
}
