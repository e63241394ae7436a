import Deciding

/// The fields of a request that pick between the whole body, its compressed form, and "not modified".
struct ConditionalRequest: Hashable, Sendable {
  /// The values of `If-None-Match`; several fields are joined with commas.
  var ifNoneMatch: String?
  var ifModifiedSince: String?
  /// The values of `Accept-Encoding`; several fields are joined with commas.
  var acceptEncoding: String?
  /// The values of `If-Match`; several fields are joined with commas.
  var ifMatch: String?
  var ifUnmodifiedSince: String?

  /// Whether the client already holds the representation (RFC 9110 §13.2.2): `If-None-Match` counts, by weak
  /// comparison, and `If-Modified-Since` only without it.
  func isSatisfied(by entityTag: String, lastModified: Timestamp?) -> Bool {
    if let ifNoneMatch { return Self.matches(ifNoneMatch, entityTag) }
    guard let lastModified, let since = ifModifiedSince.flatMap(HTTPDate.moment) else { return false }
    return lastModified.seconds <= since.seconds
  }

  /// Whether the client wants another representation than this, and nothing else (RFC 9110 §13.2.2, steps 1 and 2):
  /// `If-Match` counts, by strong comparison, and `If-Unmodified-Since` only without it.
  func isFailed(by entityTag: String, lastModified: Timestamp?) -> Bool {
    if let ifMatch { return !Self.matches(ifMatch, entityTag, isWeak: false) }
    guard let lastModified, let since = ifUnmodifiedSince.flatMap(HTTPDate.moment) else { return false }
    return lastModified.seconds > since.seconds
  }

  /// Whether gzip is asked for: named, or `*` without naming it, with a quality above 0 (RFC 9110 §12.5.3). Without
  /// the field the body goes out as it is.
  var acceptsGzip: Bool {
    guard let acceptEncoding else { return false }
    var any = false
    for part in acceptEncoding.utf8.split(separator: UInt8(ascii: ",")) {
      let pieces = part.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
      let coding = Self.trimmed(pieces[0])
      let isZero = pieces.dropFirst().contains { Self.isZeroQuality(Self.trimmed($0)) }
      if Self.equal(coding, "gzip") || Self.equal(coding, "x-gzip") { return !isZero }
      if Self.equal(coding, "*") { any = !isZero }
    }
    return any
  }

  private static func matches(_ list: String, _ entityTag: String, isWeak: Bool = true) -> Bool {
    if list == entityTag { return true }
    // Our own tags hold no comma, so a foreign one that does only splits into pieces that can't match.
    return list.utf8.split(separator: UInt8(ascii: ",")).contains { part in
      let tag = trimmed(part)
      if equal(tag, "*") { return true }
      return isWeak && tag.starts(with: "W/".utf8)
        ? tag.dropFirst(2).elementsEqual(entityTag.utf8) : tag.elementsEqual(entityTag.utf8)
    }
  }

  private static func isZeroQuality(_ parameter: Substring.UTF8View) -> Bool {
    guard let mark = parameter.first, mark | 0x20 == UInt8(ascii: "q"),
      parameter.dropFirst().first == UInt8(ascii: "=")
    else { return false }
    let value = parameter.dropFirst(2)
    return value.first == UInt8(ascii: "0")
      && value.allSatisfy { $0 == UInt8(ascii: "0") || $0 == UInt8(ascii: ".") }
  }

  private static func trimmed(_ text: Substring.UTF8View) -> Substring.UTF8View {
    let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 }
    var text = text.drop(while: isBlank)
    while let last = text.last, isBlank(last) { text.removeLast() }
    return text
  }

  private static func equal(_ text: Substring.UTF8View, _ word: StaticString) -> Bool {
    text.count == word.utf8CodeUnitCount
      && word.withUTF8Buffer { word in zip(text, word).allSatisfy { $0 | 0x20 == $1 | 0x20 } }
  }
}
