import DNS

/// Microsoft's download page, which holds the weekly link.
enum TagPage {
  /// Microsoft's files lie there; another host in the page may be anybody's.
  static let fileHost = "download.microsoft.com"

  /// The newest `ServiceTags_….json` that the page links to on Microsoft's host or the page's own; nil when there is none.
  static func link(in page: [UInt8], at url: TagURL) -> TagURL? {
    let text = String(decoding: page, as: UTF8.self)
    var found = [(date: Substring, url: TagURL)]()
    for part in text.split(whereSeparator: { "\"'<> \t\r\n\\".contains($0) }) where part.hasSuffix(".json") {
      guard let name = part.split(separator: "/").last, name.lowercased().hasPrefix("servicetags_"),
        let link = try? url.following(String(part)), link.host == fileHost || link.host == url.host
      else { continue }
      found.append((name.dropLast(".json".count).suffix(8), link))
    }
    return found.max { $0.date < $1.date }?.url
  }
}
