package import Deciding

/// How long a registry asks to be left alone (RFC 9110 §10.2.3).
package enum RetryAfter {
  /// What any answer is bounded to: a typo of a server must neither hammer it nor silence the probe for good.
  package static let bounds = Duration.seconds(60)...Duration.seconds(86_400)
  /// When it says nothing, or nothing that can be read.
  package static let unsaid = Duration.seconds(900)

  /// Reads seconds, or a date in the form that servers send (IMF-fixdate, RFC 9110 §5.6.7).
  package static func read(_ text: String?, at now: Timestamp) -> Duration {
    guard let text = text.map(trimmed), !text.isEmpty, text.utf8.count <= 64 else { return unsaid }
    if text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
      return bounded(.seconds(Int64(text) ?? bounds.upperBound.components.seconds))
    }
    return date(text).map { bounded($0 - now) } ?? unsaid
  }

  private static func bounded(_ span: Duration) -> Duration {
    min(max(span, bounds.lowerBound), bounds.upperBound)
  }

  private static func trimmed(_ text: String) -> String {
    func isSpace(_ character: Character) -> Bool { character == " " || character == "\t" }
    return String(text.drop(while: isSpace).reversed().drop(while: isSpace).reversed())
  }

  /// Reads `Sun, 06 Nov 1994 08:49:37 GMT`.
  static func date(_ text: String) -> Timestamp? {
    let months = [
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    let parts = text.split(separator: " ", omittingEmptySubsequences: false)
    guard parts.count == 6, parts[0].utf8.count == 4, parts[0].hasSuffix(","), parts[5] == "GMT",
      let month = months.firstIndex(of: String(parts[2])), parts[1].utf8.count == 2,
      parts[3].utf8.count == 4
    else { return nil }
    let number = month < 9 ? "0\(month + 1)" : "\(month + 1)"
    return Timestamp("\(parts[3])-\(number)-\(parts[1])T\(parts[4])Z")
  }
}
