import Deciding
import HTTPTypes
import NIOCore
import Publishing

/// All that can be answered for one URI of a set while nothing changes: every head is serialised beforehand, so that
/// the hot path only picks one.
final class PreparedAnswer: Sendable {
  let whole: Variant
  /// The gzip form; nil when it isn't smaller, or `isCompressedKnown` is false.
  let compressed: Variant?
  /// Whether somebody asked for gzip yet, so that `compressed` means something.
  let isCompressedKnown: Bool
  /// What it is a representation of, to tell who may have it.
  let set: SetName
  /// What a consumer that gets it has fetched.
  let generation: Generation
  /// Whether it is the set itself, and not a file beside it.
  let isCounted: Bool

  /// One coding of the representation: the answers 200 and 304 for it.
  struct Variant: Sendable {
    let entityTag: String
    let lastModified: Timestamp
    let body: ByteBuffer
    let fields: HTTPFields
    let notModifiedFields: HTTPFields
    /// Status line and fields up to where `Date` and the empty line go.
    let head: [UInt8]
    let notModifiedHead: [UInt8]
  }

  /// - Parameters:
  ///   - published: how the set stands; nil for an old generation, whose status nobody asks.
  ///   - freshness: the value of `Cache-Control`.
  ///   - isCompressedKnown: whether to make the gzip form.
  init(
    _ representation: Representation, published: PublishedSet?, freshness: String, isDownload: Bool,
    isCompressedKnown: Bool
  ) {
    func variant(_ compressed: Representation.Compressed?) -> Variant {
      Variant(
        representation, compressed: compressed, published: published, freshness: freshness,
        isDownload: isDownload)
    }
    whole = variant(nil)
    compressed = isCompressedKnown ? representation.gzipped().map(variant) : nil
    self.isCompressedKnown = isCompressedKnown
    set = representation.snapshot.set
    generation = representation.snapshot.generation
    isCounted = !representation.isSide
  }

  /// Which of them the client gets, and whether it holds it already.
  func choose(for request: ConditionalRequest) -> (variant: Variant, isNotModified: Bool) {
    let variant = variant(for: request)
    return (variant, request.isSatisfied(by: variant.entityTag, lastModified: variant.lastModified))
  }

  /// The coding that the client takes.
  func variant(for request: ConditionalRequest) -> Variant {
    if let compressed, request.acceptsGzip { compressed } else { whole }
  }
}

extension PreparedAnswer.Variant {
  /// Lays out the fields that the README lists for `/v1/sets`.
  init(
    _ representation: Representation, compressed: Representation.Compressed?, published: PublishedSet?,
    freshness: String, isDownload: Bool
  ) {
    let snapshot = representation.snapshot
    entityTag = (compressed?.entityTag ?? representation.entityTag).text
    body = compressed?.body ?? representation.body
    lastModified = snapshot.at
    var always = HTTPFields()
    always[.eTag] = entityTag
    always[.lastModified] = HTTPDate.text(snapshot.at)
    always[.cacheControl] = freshness
    always[.vary] = "Accept-Encoding"
    always[.posternGeneration] = snapshot.generation.description
    if let published {
      always[.posternStatus] = published.status.rawValue
      always[.posternValidUntil] = published.validUntil.description
    }
    var fields = always
    fields[.contentType] = representation.mediaType
    fields[.contentLength] = String(body.readableBytes)
    if compressed != nil { fields[.contentEncoding] = "gzip" }
    fields[.contentTypeOptions] = "nosniff"
    fields[.posternGeneratedAt] = snapshot.at.description
    fields[.posternEntries] = String(representation.entries)
    if let more = representation.widenedBy { fields[.posternWidenedBy] = "\(more)" }
    fields[.reprDigest] = (compressed?.digest ?? representation.digest).fieldValue
    if let path = representation.canonicalPath { fields[.link] = "<\(path)>; rel=\"canonical\"" }
    if isDownload { fields[.contentDisposition] = "attachment; filename=\"\(representation.fileName)\"" }
    self.fields = fields
    notModifiedFields = always
    head = Self.serialised("HTTP/1.1 200 OK", fields)
    notModifiedHead = Self.serialised("HTTP/1.1 304 Not Modified", always)
  }

  private static func serialised(_ statusLine: String, _ fields: HTTPFields) -> [UInt8] {
    var head = Array(statusLine.utf8)
    for field in fields { head.append(text: "\r\n\(field.name.rawName): \(field.value)") }
    head.append(text: "\r\n")
    return head
  }
}

extension HTTPField.Name {
  private static func own(_ name: String) -> HTTPField.Name {
    // Each name below is a token of RFC 9110 §5.6.2, so the fallback is never taken.
    HTTPField.Name(name) ?? .server
  }

  static let posternGeneration = own("X-Postern-Generation")
  static let posternGeneratedAt = own("X-Postern-Generated-At")
  static let posternEntries = own("X-Postern-Entries")
  static let posternWidenedBy = own("X-Postern-Widened-By")
  static let posternValidUntil = own("X-Postern-Valid-Until")
  static let posternStatus = own("X-Postern-Status")
  static let reprDigest = own("Repr-Digest")
  static let contentTypeOptions = own("X-Content-Type-Options")
  static let link = own("Link")
  static let lastEventID = own("Last-Event-ID")
}
