import Deciding
import HTTPTypes
import Hummingbird
import NIOCore
import Publishing

/// A body that is made for one request.
struct Body {
  let bytes: [UInt8]
  let type: String
  /// The value of `Cache-Control`. Bodies that may be cached get a validator made of their bytes.
  let freshness: String
  /// Of the set that it speaks of.
  var generation: Generation?

  init(_ bytes: [UInt8], type: String = "application/json", freshness: String = "no-cache") {
    self.bytes = bytes
    self.type = type
    self.freshness = freshness
  }
}

extension SiteResponder {
  /// Answers with a body, or 304 when the client holds the same bytes.
  ///
  /// - Parameter isUnchanged: whether a poll ended without news: 304 whatever its validators say.
  /// - Throws: the answer 412.
  static func response(
    _ body: Body, _ request: Request, status: HTTPResponse.Status = .ok, isUnchanged: Bool = false
  ) throws(Refusal) -> Response {
    var fields: HTTPFields = [.cacheControl: body.freshness]
    if let generation = body.generation { fields[.posternGeneration] = generation.description }
    if body.freshness != "no-store" {
      let tag = "\"\(Digest.computing(body: body.bytes).description.prefix(16))\""
      fields[.eTag] = tag
      if request.conditions.isFailed(by: tag, lastModified: nil) { throw .preconditionFailed }
      if isUnchanged || request.conditions.isSatisfied(by: tag, lastModified: nil) {
        return bodiless(.notModified, fields)
      }
    }
    fields[.contentType] = body.type
    fields[.contentTypeOptions] = "nosniff"
    fields[.contentLength] = String(body.bytes.count)
    return Response(status: status, headers: fields, body: .init(byteBuffer: ByteBuffer(bytes: body.bytes)))
  }

  /// Answers with what was prepared.
  ///
  /// - Parameter isUnchanged: whether a poll ended without news: 304 whatever its validators say.
  /// - Throws: the answer 412.
  static func response(
    _ answer: PreparedAnswer, _ conditions: ConditionalRequest, isUnchanged: Bool = false
  ) throws(Refusal) -> Response {
    let (variant, isNotModified) = answer.choose(for: conditions)
    if conditions.isFailed(by: variant.entityTag, lastModified: variant.lastModified) {
      throw .preconditionFailed
    }
    if isUnchanged || isNotModified { return bodiless(.notModified, variant.notModifiedFields) }
    return Response(status: .ok, headers: variant.fields, body: .init(byteBuffer: variant.body))
  }

  /// Refuses, in short plain text.
  static func response(_ refusal: Refusal) -> Response {
    var fields = refusal.fields
    let text = Array("\(refusal.reason)\n".utf8)
    fields[.contentType] = "text/plain; charset=utf-8"
    fields[.contentTypeOptions] = "nosniff"
    fields[.cacheControl] = "no-store"
    fields[.contentLength] = String(text.count)
    return Response(status: refusal.status, headers: fields, body: .init(byteBuffer: ByteBuffer(bytes: text)))
  }

  /// Tells the connection to wait; no client sees this.
  static func response(_ order: WaitOrder) -> Response {
    Response(status: .ok, headers: [WaitOrder.fieldName: order.fieldValue])
  }

  /// `Response` adds `Content-Length: 0` to an empty body, which in a 304 would speak of the representation
  /// (RFC 9110 §8.6).
  private static func bodiless(_ status: HTTPResponse.Status, _ fields: HTTPFields) -> Response {
    var response = Response(status: status, headers: fields)
    response.headers[.contentLength] = nil
    return response
  }
}

extension Request {
  /// What decides between the whole body, gzip and 304.
  var conditions: ConditionalRequest {
    ConditionalRequest(
      ifNoneMatch: headers[.ifNoneMatch], ifModifiedSince: headers[.ifModifiedSince],
      acceptEncoding: headers[.acceptEncoding], ifMatch: headers[.ifMatch],
      ifUnmodifiedSince: headers[.ifUnmodifiedSince])
  }
}
