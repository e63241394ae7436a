import Deciding
import Learning

/// What happens to addresses outside the service tags that a profile expects.
enum TagRule: String, Sendable, Hashable, CaseIterable {
  /// They are told.
  case report
  /// They are kept out.
  case enforce
}

/// Where a file of service tags comes from.
struct TagSourceSetting: Sendable, Hashable {
  enum Place: Sendable, Hashable {
    case file(TagFileSource)
    /// Fetched again after each span.
    case url(TagURL, every: Duration, roots: String?)
  }

  let place: Place
  /// Whose file it must be; nil for any cloud's.
  let cloud: Cloud?

  /// The path or URL.
  var text: String {
    switch place {
    case .file(let file): file.pattern
    case .url(let url, _, _): url.description
    }
  }
}
