import Deciding
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Publishing

/// Answers every request that isn't answered on the hot path.
struct SiteResponder: HTTPResponder {
  typealias Context = BasicRequestContext

  let site: Site
  let requests: RequestMetrics
  let gate: Gate

  /// The largest body that is taken, in octets.
  static let largestBody = 1 << 20

  init(_ site: Site, _ requests: RequestMetrics) {
    self.site = site
    self.requests = requests
    gate = Gate(tokens: site.tokens)
  }

  func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
    let target = (request.head.path ?? "").utf8.split(
      separator: UInt8(ascii: "?"), maxSplits: 1, omittingEmptySubsequences: false)
    let route = target.first.flatMap { Route(path: String(Substring($0))) }
    var response: Response
    do throws(Refusal) {
      guard let route else { throw .notFound }
      let isRead = request.method == .get || request.method == .head
      guard route == .sightings ? request.method == .post : isRead else {
        throw Refusal(
          status: .methodNotAllowed, reason: "the method is not for this path. Try: \(route.methods)",
          fields: [.allow: route.methods])
      }
      guard let query = QueryItems(target.count == 2 ? String(Substring(target[1])) : nil) else {
        throw .badRequest("the query has a malformed escape")
      }
      response = try await answer(route, query, request, context.logger)
    } catch {
      response = Self.response(error)
    }
    if request.method == .head { response = response.createHeadResponse() }
    requests.count(route?.pattern ?? "none", response.status.code)
    return response
  }

  private func answer(
    _ route: Route, _ query: QueryItems, _ request: Request, _ logger: Logger
  ) async throws(Refusal) -> Response {
    switch route {
    case .set(let name, let ending):
      return try await set(name, ending, query, request, logger)
    case .snapshot(let name, let generation, let ending):
      return try await snapshot(name, generation, ending, query, request, logger)
    case .sightings:
      return try await takeSightings(request, logger)
    case .readyz:
      return await readiness(request)
    default:
      let body = try await body(route, query, logger)
      return Self.response(body, request)
    }
  }

  /// The bodies that are made anew for each request.
  private func body(_ route: Route, _ query: QueryItems, _ logger: Logger) async throws(Refusal) -> Body {
    let past = Past(site: site, logger: logger)
    switch route {
    case .index: return Body(IndexText.text(site.sets.all, site.formats), type: "text/plain; charset=utf-8")
    case .sets:
      _ = try query.only()
      return Body(SetBodies.list(site.sets.all, site.formats))
    case .version(let name):
      _ = try query.only()
      return Body(SetBodies.version(try published(name)))
    case .changes(let name): return Body(try await past.changes(try published(name), query))
    case .formats:
      _ = try query.only()
      return Body(site.formats.json)
    case .names:
      _ = try query.only()
      return Body(try await past.names())
    case .sources:
      _ = try query.only()
      return Body(try await past.sources())
    case .history: return try await past.history(query)
    case .explain: return Body(try await past.explanation(query))
    case .metrics:
      let text = SetMetrics.text(site.sets, now: site.now()) + site.metrics.text()
      return Body(Array(text.utf8), type: "text/plain; version=0.0.4; charset=utf-8", freshness: "no-store")
    case .healthz: return Body(Array("ok\n".utf8), type: "text/plain; charset=utf-8", freshness: "no-store")
    case .set, .snapshot, .sightings, .readyz: throw .notFound
    }
  }

  private func set(
    _ name: SetName, _ ending: String?, _ query: QueryItems, _ request: Request, _ logger: Logger
  ) async throws(Refusal) -> Response {
    guard let known = site.sets.published(name) else { throw .noSuchSet }
    let parameters = try parameters(query, ending)
    guard let known else { throw .neverPublished }
    let context = try await context(of: known, since: parameters.options.since, logger)
    let conditions = request.conditions
    let answer: PreparedAnswer?
    do throws(RenderError) {
      answer = try site.sets.prepare(
        name, parameters, context, uri: request.head.path ?? "", wantsGzip: conditions.acceptsGzip)
    } catch {
      throw Refusal(error)
    }
    guard let answer else { throw .neverPublished }
    return Self.response(answer, conditions)
  }

  /// What a format may need beside the snapshot. An old generation has none of it: its bytes never change.
  private func context(
    of published: PublishedSet, since: Generation?, _ logger: Logger
  ) async throws(Refusal) -> RenderContext {
    let name = published.snapshot.set
    var context = site.policies.first { $0.name == name }.map { RenderContext($0) } ?? RenderContext()
    guard let since, since.number > 0 else { return context }
    guard since <= published.snapshot.generation else { throw .gone }
    context.previous =
      since == published.snapshot.generation
      ? published.snapshot : try await Past(site: site, logger: logger).snapshot(name, since)
    return context
  }

  /// An old generation, without provenance, so that its bytes are the same for ever.
  private func snapshot(
    _ name: SetName, _ generation: Generation, _ ending: String, _ query: QueryItems, _ request: Request,
    _ logger: Logger
  ) async throws(Refusal) -> Response {
    let current = try published(name).snapshot
    let parameters = try parameters(query, ending)
    guard generation <= current.generation else {
      throw Refusal(
        status: .notFound, reason: "there is no such generation yet. Try: the one that /version tells")
    }
    let snapshot =
      if generation == current.generation {
        current.withoutProvenance
      } else {
        try await Past(site: site, logger: logger).snapshot(name, generation)
      }
    let conditions = request.conditions
    do throws(RenderError) {
      let answer = PreparedAnswer(
        try Representation(snapshot, parameters), published: nil,
        freshness: "public, max-age=31536000, immutable", isDownload: parameters.isDownload,
        isCompressedKnown: conditions.acceptsGzip)
      return Self.response(answer, conditions)
    } catch {
      throw Refusal(error)
    }
  }

  private func published(_ name: SetName) throws(Refusal) -> PublishedSet {
    guard let known = site.sets.published(name) else { throw .noSuchSet }
    guard let published = known else { throw .neverPublished }
    return published
  }

  private func parameters(
    _ query: QueryItems, _ ending: String?
  ) throws(Refusal) -> RepresentationParameters {
    var format: (any Format)?
    if let ending {
      format = site.formats.format(fileExtension: ending)
      guard format != nil else {
        throw .badRequest("there is no format with this file extension. Try: the list at /v1/formats")
      }
    }
    do throws(RepresentationParameterError) {
      return try RepresentationParameters(query.items, format: format, catalog: site.formats)
    } catch {
      throw .badRequest(error.description)
    }
  }

  private func takeSightings(_ request: Request, _ logger: Logger) async throws(Refusal) -> Response {
    guard let sink = site.sightings else { throw .notFound }
    let token = try gate.admit(request.headers, for: .sightings)
    let tooLarge = Refusal(
      status: .contentTooLarge, reason: "the body is larger than 1 MiB. Try: several requests",
      fields: [.connection: "close"])
    if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > Self.largestBody {
      throw tooLarge
    }
    let body: ByteBuffer
    do { body = try await request.body.collect(upTo: Self.largestBody) } catch { throw tooLarge }
    let submission = try SightingSubmission(
      Array(body.readableBytesView), mediaType: request.headers[.contentType])
    do {
      let refused = try await sink.accept(submission.names, from: token.name)
      let answer = SetBodies.sightings(submission, refused: refused)
      return Self.response(Body(answer, freshness: "no-store"), request, status: .accepted)
    } catch {
      logger.error("sightings were not stored", metadata: ["error": "\(error)"])
      throw .notReady("the names could not be stored. Try: again later")
    }
  }

  private func readiness(_ request: Request) async -> Response {
    let readiness = await site.readiness()
    let wantsJSON = request.headers[.accept]?.contains("application/json") == true
    let body =
      wantsJSON
      ? Body(SetBodies.readiness(readiness), freshness: "no-store")
      : Body(
        Array(Self.lines(of: readiness).utf8),
        type: "text/plain; charset=utf-8", freshness: "no-store")
    return Self.response(body, request, status: readiness.isReady ? .ok : .serviceUnavailable)
  }

  /// `ready` or what is at fault, then what a person should look at.
  private static func lines(of readiness: Readiness) -> String {
    let lines =
      (readiness.isReady ? ["ready"] : readiness.faults) + readiness.warnings.map { "warning: \($0)" }
    return lines.map { $0 + "\n" }.joined()
  }
}
