import ArgumentParser
import Deciding
import Publishing
import Recording

struct RetentionCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "retention",
    abstract: "How long addresses stay away before they return, and what a set's retention costs.",
    discussion: """
      A return is late when its address had left the set before: clients were then given an address that firewalls did \
      not have. A longer retention avoids that and keeps more addresses open.
      """)

  @Argument(help: "The set.")
  var set: String
  @OptionGroup var output: OutputOptions
  @OptionGroup var shared: SharedOptions

  func run() async throws {
    let configuration = try shared.load()
    let name = try configuration.setName(set)
    guard let setting = configuration.sets.first(where: { $0.name == name }) else { return }
    let advice = try await RetentionAdvice.gather(
      setting.policy, now: SystemClock().now, from: try configuration.readHistory())
    if output.json { return Console.write(advice.json) }
    Console.line(Self.summary(advice))
    var table = Table("RETENTION", "LATE RETURNS", "MISSING FOR", "ADDRESSES HELD")
    for option in advice.options {
      let marks = [
        option.retention == advice.retention ? "now" : nil,
        option.retention == advice.advised ? "advised" : nil,
      ].compactMap(\.self)
      table.add(
        QuantityText.text(option.retention) + (marks.isEmpty ? "" : " (\(marks.joined(separator: ", ")))"),
        "\(option.lateReturns)", QuantityText.text(.seconds(option.lateSpan.components.seconds)),
        "\((option.addresses * 10).rounded() / 10)")
    }
    Console.line(table.text)
  }

  private static func summary(_ advice: RetentionAdvice) -> String {
    let now = QuantityText.text(advice.retention)
    guard let advised = advice.advised else {
      return "Since \(advice.since) no address came back after it was away: nothing speaks for another "
        + "retention than \(now)."
    }
    let late =
      advice.late.returns == 0
      ? "none found its address gone"
      : "\(advice.late.returns) found their address gone, for "
        + "\(QuantityText.text(.seconds(advice.late.span.components.seconds))) all together"
    let share = advice.returns < 1000 ? "all of them" : RetentionAdvice.share.percentage
    return """
      Since \(advice.since) addresses came back \(advice.returns) times. With the retention of \(now) \(late).
      \(QuantityText.text(advised)) would have held \(share).
      """
  }
}
