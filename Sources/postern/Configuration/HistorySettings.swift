import Deciding
import Recording

/// How much of the past is kept, each value with its origin.
struct HistorySettings: Sendable, Equatable {
  /// How far back moments can be asked.
  let keep: Setting<Duration>
  /// How far back lookups can be replayed.
  let journal: Setting<Duration>
  /// Octets of the database.
  let maxSize: Setting<Int64>

  /// The plain values.
  var limits: HistoryLimits {
    HistoryLimits(keep: keep.value, journal: journal.value, maxSize: maxSize.value)
  }

  /// What the settings mean, for people.
  var effect: String {
    "moments can be asked back to \(QuantityText.text(keep.value)), lookups replayed back to "
      + "\(QuantityText.text(min(journal.value, keep.value))), in at most \(QuantityText.text(octets: maxSize.value)) "
      + "(beyond, lookups go first, then the oldest moments); of what is older, decisions, what still holds and the last "
      + "\(HistoryLimits.fewestGenerations) generations of each set stay"
  }
}

extension ConfigurationReader {
  static func readHistory(_ root: inout MappingReader) -> HistorySettings {
    var mapping = root.mapping("history")
    let standard = HistoryLimits.standard
    // Less than a day could not tell what happened last night; a journal of less than a week could begin nowhere.
    let (day, century) = (Duration.seconds(86_400), Duration.seconds(36_500 * 86_400))
    let settings = HistorySettings(
      keep: mapping.setting("keep", default: standard.keep, .duration(day...century)),
      journal: mapping.setting("journal", default: standard.journal, .duration(day...century)),
      maxSize: mapping.setting(
        "maxSize", default: standard.maxSize, .octets(10_000_000...1_000_000_000_000_000)))
    mapping.finish()
    return settings
  }
}

extension Configuration {
  /// What is unwise about how much is kept.
  func historyAdvice() -> [ConfigurationAdvice] {
    var list = [ConfigurationAdvice]()
    if history.journal.value > history.keep.value {
      list.append(
        ConfigurationAdvice(
          path: "history.journal", origin: history.journal.origin,
          sentence:
            "\(QuantityText.text(history.journal.value)) of lookups can't be replayed where only "
            + "\(QuantityText.text(history.keep.value)) are kept",
          remedy: "a keep of at least as much"))
    }
    if let set = enabledSets.first(where: { $0.maxStale.value > history.keep.value }) {
      list.append(
        ConfigurationAdvice(
          path: "history.keep", origin: history.keep.origin,
          sentence:
            "set \(set.name) may hold addresses for \(QuantityText.text(set.maxStale.value)), longer than the past "
            + "that could explain them",
          remedy: "a keep of at least as much"))
    }
    return list
  }
}

extension ValueGrammar<Int64> {
  static func octets(_ range: ClosedRange<Int64>) -> ValueGrammar {
    ValueGrammar(
      "a size", remedy: "a whole number with MB, GB or TB, such as 20GB", read: { QuantityText.octets($0) }
    )
    .within(range, written: { QuantityText.text(octets: $0) })
  }
}
