import DNS

/// Microsoft's download page, which holds the weekly link.
enum TagPage {
  /// Microsoft's files lie there; another host in the page may be anybody's.
  static let fileHost = "download.microsoft.com"

  /// How the page's scripts and attributes may write what a link is made of.
  private static let escapes = [
    ("\\/", "/"), ("\\u002F", "/"), ("\\u002f", "/"), ("&#x2F;", "/"), ("&#47;", "/"), ("&quot;", "\""),
    ("&#34;", "\""), ("&amp;", "&"),
  ]

  /// The newest `ServiceTags_….json` that the page links to on Microsoft's host or the page's own; nil when there is none.
  static func link(in page: [UInt8], at url: TagURL) -> TagURL? {
    var text = String(decoding: page, as: UTF8.self)
    for (escape, plain) in escapes { text = text.replacing(escape, with: plain) }
    var found = [(date: Substring, url: TagURL)]()
    for word in text.split(whereSeparator: { $0.isWhitespace || "\"'<>\\".contains($0) }) {
      // An attribute may do without quotation marks.
      let part = word.hasPrefix("href=") ? word.dropFirst(5) : word
      let path = part.prefix { $0 != "?" && $0 != "#" }
      guard path.hasSuffix(".json"), let name = path.split(separator: "/").last,
        name.lowercased().hasPrefix("servicetags_"),
        let link = try? url.following(String(part)), link.host == fileHost || link.host == url.host
      else { continue }
      found.append((name.dropLast(".json".count).suffix(8), link))
    }
    return found.max { $0.date < $1.date }?.url
  }
}
