import Deciding
import NIOCore
import Publishing
import Synchronization

/// One set in one format with its options: rendered once for a generation, compressed once when somebody asks.
final class Representation: Sendable {
  let snapshot: Snapshot
  let body: ByteBuffer
  let entityTag: EntityTag
  let digest: Digest
  let mediaType: String
  /// `Content-Disposition`'s file name, should the client want one.
  let fileName: String
  /// Where the same addresses stay available: `/v1/sets/…/snapshots/…`. Nil where names, times or another generation are
  /// needed, which old generations don't have.
  let canonicalPath: String?
  /// Lines or elements in it, as consumers count them.
  let entries: Int
  /// How many addresses it lets through that the set lacks; nil when nobody asked for more.
  let widenedBy: UInt128?
  /// Whether it is a file beside a representation.
  let isSide: Bool
  private let formatID: String
  private let compressed = Mutex<Compressed?>(nil)

  /// The gzip form; nil bytes when it would not be smaller.
  struct Compressed: Sendable {
    let body: ByteBuffer
    let entityTag: EntityTag
    let digest: Digest
  }

  /// Renders the snapshot.
  ///
  /// - Throws: `RenderError`.
  init(
    _ snapshot: Snapshot, _ parameters: RepresentationParameters, _ context: RenderContext = RenderContext()
  ) throws(RenderError) {
    let whole = snapshot
    let snapshot = parameters.filter.applied(to: whole)
    let bytes = try parameters.format.render(snapshot, parameters.options, context)
    let format = parameters.format
    self.snapshot = whole
    body = ByteBuffer(bytes: bytes)
    digest = Digest.computing(body: bytes)
    entityTag = EntityTag(snapshot, format: format.id, body: digest, isCompressed: false)
    mediaType = format.mediaType
    fileName = "\(snapshot.set).\(format.fileExtension)"
    canonicalPath =
      parameters.filter.isOpen && format.needs.isEmpty && parameters.options.since == nil
      ? "/v1/sets/\(snapshot.set)/snapshots/\(snapshot.generation).\(format.fileExtension)"
        + parameters.options.query : nil
    // A format without entries, such as one that writes names, still stands for them all.
    let list = try? EntryList(snapshot, parameters.options)
    entries = list?.count ?? snapshot.elements.count
    widenedBy = list?.widenedBy
    formatID = format.id
    isSide = false
  }

  /// The file beside a representation; nil when it can't be made.
  init?(_ side: SideFile, of base: Representation, parameters: RepresentationParameters, key: SigningKey?) {
    guard
      let bytes = side.content(
        for: Array(base.body.readableBytesView), of: base.snapshot, file: base.fileName, key: key)
    else { return nil }
    snapshot = base.snapshot
    body = ByteBuffer(bytes: bytes)
    digest = Digest.computing(body: bytes)
    formatID = "\(base.formatID)-\(side)"
    entityTag = EntityTag(snapshot, format: formatID, body: digest, isCompressed: false)
    mediaType = side.mediaType
    fileName = "\(base.fileName).\(side)"
    let ending = "\(parameters.format.fileExtension).\(side)"
    canonicalPath = base.canonicalPath.map { _ in
      "/v1/sets/\(base.snapshot.set)/snapshots/\(base.snapshot.generation).\(ending)"
        + parameters.options.query
    }
    entries = base.entries
    widenedBy = base.widenedBy
    isSide = true
  }

  /// The gzip form, made on the first call; nil when it isn't smaller.
  ///
  /// A second caller waits for the first on the lock: a few milliseconds, once for a generation.
  func gzipped() -> Compressed? {
    compressed.withLock { compressed in
      if compressed == nil {
        let plain = Array(body.readableBytesView)
        let bytes = gzip(plain) ?? plain
        let digest = Digest.computing(body: bytes)
        compressed = Compressed(
          body: ByteBuffer(bytes: bytes),
          entityTag: EntityTag(snapshot, format: formatID, body: self.digest, isCompressed: true),
          digest: digest)
      }
      return compressed.flatMap { $0.body.readableBytes < body.readableBytes ? $0 : nil }
    }
  }
}

extension RenderOptions {
  /// The options that differ from the default as a query string, in one order; empty when none does.
  var query: String {
    var items = [String]()
    if families != .both { items.append("family=\(families.rawValue)") }
    if !aggregate { items.append("aggregate=0") }
    if cidr != .auto { items.append("cidr=\(cidr.rawValue)") }
    if ranges { items.append("ranges=1") }
    if comments { items.append("comments=1") }
    if let name { items.append("name=\(name)") }
    if table != .postern { items.append("table=\(table)") }
    if let chain { items.append("chain=\(chain)") }
    if let capacity { items.append("capacity=\(capacity)") }
    if let since { items.append("since=\(since)") }
    if let widen4 { items.append("widen4=\(widen4)") }
    if let widen6 { items.append("widen6=\(widen6)") }
    if let timeout { items.append("timeout=\(timeout.components.seconds)s") }
    if maxElements != Self.defaultMaxElements { items.append("maxelem=\(maxElements)") }
    return items.isEmpty ? "" : "?" + items.joined(separator: "&")
  }
}
