internal import DNS
internal import Deciding
internal import Foundation

/// What is no lookup, as it stands in `journal.mark` and `journal.detail`.
struct StoredMark {
  let word: String
  let detail: String?

  init(_ word: String, _ detail: String? = nil) {
    self.word = word
    self.detail = detail
  }

  /// Nil for a lookup, and for what needs the numbers of policies.
  init?(_ content: JournalContent) throws {
    switch content {
    case .lookup, .started, .checkpoint: return nil
    case .decided: self.init("decided")
    case .undecided: self.init("undecided")
    case .tracked(let name): self.init("tracked", name.text)
    case .untracked(let name): self.init("untracked", name.text)
    case .vantages(let vantages): self.init("vantages", try vantages.map(\.label).stored())
    case .tap(let tap, let isLive): self.init(isLive ? "tap" : "untap", tap.label)
    case .swept: self.init("swept")
    case .decision(let decision): self.init("decision", "\(decision.id)")
    case .tags(let book): self.init("tags", try StoredTagEdition.all(of: book).stored())
    case .disowned(let answer): self.init("disowned", try StoredDisownedAnswer(answer).stored())
    }
  }

  /// What it tells; nil for what needs more than this row.
  func content() throws -> JournalContent? {
    let text = detail ?? ""
    switch word {
    case "decided": return .decided
    case "undecided": return .undecided
    case "tracked": return .tracked(DomainName(canonical: text))
    case "untracked": return .untracked(DomainName(canonical: text))
    case "vantages":
      let labels = try JSONDecoder().decode([String].self, from: Data(text.utf8))
      return .vantages(labels.map { Vantage($0) })
    case "tap": return .tap(Vantage(text), isLive: true)
    case "untap": return .tap(Vantage(text), isLive: false)
    case "swept": return .swept
    case "disowned":
      return try JSONDecoder().decode(StoredDisownedAnswer.self, from: Data(text.utf8)).answer.map {
        .disowned($0)
      }
    default: return nil
    }
  }
}
