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

  init(_ bytes: [UInt8], type: String = "application/json", freshness: String = "no-cache") {
    self.bytes = bytes
    self.type = type
    self.freshness = freshness
  }
}

extension SiteResponder {
  /// Answers with a body, or 304 when the client holds the same bytes.
  static func response(_ body: Body, _ request: Request, status: HTTPResponse.Status = .ok) -> Response {
    var fields: HTTPFields = [.cacheControl: body.freshness]
    if body.freshness != "no-store" {
      let tag = "\"\(Digest.computing(body: body.bytes).description.prefix(16))\""
      fields[.eTag] = tag
      if request.conditions.isSatisfied(by: tag, lastModified: nil) { return bodiless(.notModified, fields) }
    }
    fields[.contentType] = body.type
    fields[.contentTypeOptions] = "nosniff"
    fields[.contentLength] = String(body.bytes.count)
    return Response(status: status, headers: fields, body: .init(byteBuffer: ByteBuffer(bytes: body.bytes)))
  }

  /// Answers with what was prepared.
  static func response(_ answer: PreparedAnswer, _ conditions: ConditionalRequest) -> Response {
    let (variant, isNotModified) = answer.choose(for: conditions)
    if isNotModified { return bodiless(.notModified, variant.notModifiedFields) }
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
      acceptEncoding: headers[.acceptEncoding])
  }
}
