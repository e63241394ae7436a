import DNS
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
      return try set(name, ending, query, request)
    case .version(let name), .changes(let name):
      return try await ofSet(name, route, query, request, logger)
    case .events(let name):
      return try events(name, query, request)
    case .snapshot(let name, let generation, let ending):
      return try await snapshot(name, generation, ending, query, request, logger)
    case .sightings:
      return try await takeSightings(request, logger)
    case .readyz:
      return try await readiness(request)
    default:
      let body = try await body(route, query, logger)
      return try Self.response(body, request)
    }
  }

  /// The bodies that are made anew for each request.
  private func body(_ route: Route, _ query: QueryItems, _ logger: Logger) async throws(Refusal) -> Body {
    let past = Past(site: site, logger: logger)
    switch route {
    case .index: return Body(IndexText.text(site.sets.all), type: "text/plain; charset=utf-8")
    case .sets:
      _ = try query.only()
      return Body(SetBodies.list(site.sets.all))
    case .snapshots(let name): return Body(try await past.snapshots(try published(name), query))
    case .key:
      _ = try query.only()
      guard let key = site.sets.publicKey else { throw .noKey }
      return Body(key.file, type: "text/plain; charset=utf-8")
    case .consumers:
      _ = try query.only()
      guard let consumers = site.consumers else { throw .notFound }
      return Body(ConsumerText.json(consumers.reports, site.sets, at: site.now()), freshness: "no-store")
    case .openAPI:
      _ = try query.only()
      return Body(OpenAPIDocument.json)
    case .names:
      _ = try query.only()
      return Body(try await past.names())
    case .sources:
      _ = try query.only()
      return Body(try await past.sources())
    case .history: return try await past.history(query)
    case .explain: return Body(try await past.explanation(query))
    case .metrics:
      let now = site.now()
      let consumers = site.consumers.map { ConsumerText.metrics($0.reports, site.sets, at: now) } ?? ""
      let text = SetMetrics.text(site.sets, now: now) + consumers + site.metrics.text()
      return Body(Array(text.utf8), type: "text/plain; version=0.0.4; charset=utf-8", freshness: "no-store")
    case .healthz: return Body(Array("ok\n".utf8), type: "text/plain; charset=utf-8", freshness: "no-store")
    case .set, .version, .changes, .events, .snapshot, .sightings, .readyz: throw .notFound
    }
  }

  private func set(
    _ name: SetName, _ ending: String?, _ query: QueryItems, _ request: Request
  ) throws(Refusal) -> Response {
    guard let known = site.sets.published(name) else { throw .noSuchSet }
    let (wait, rest) = try query.splitWait()
    let (parameters, side) = try Self.parameters(rest, ending)
    if side == .minisig, site.sets.publicKey == nil { throw .noKey }
    guard let known else { throw .neverPublished }
    let conditions = request.conditions
    let verdict = try judge(wait, known.snapshot, request)
    if case .wait(let order) = verdict { return Self.response(order) }
    let isUnchanged = verdict == .unchanged
    let answer: PreparedAnswer?
    do throws(RenderError) {
      answer = try site.sets.prepare(
        name, parameters, side: side, uri: isUnchanged ? nil : request.head.path ?? "",
        wantsGzip: conditions.acceptsGzip)
    } catch {
      throw Refusal(error)
    }
    guard let answer else { throw .neverPublished }
    return try Self.response(answer, conditions, isUnchanged: isUnchanged)
  }

  /// `/version` and `/changes`, which can be waited for as well.
  private func ofSet(
    _ name: SetName, _ route: Route, _ query: QueryItems, _ request: Request, _ logger: Logger
  ) async throws(Refusal) -> Response {
    let published = try published(name)
    let (wait, rest) = try query.splitWait()
    _ = try rest.only()
    let verdict = try judge(wait, published.snapshot, request)
    if case .wait(let order) = verdict { return Self.response(order) }
    var body: Body
    if case .changes = route {
      body = Body(try await Past(site: site, logger: logger).changes(published, since: wait?.since))
    } else {
      body = Body(SetBodies.version(published))
    }
    body.generation = published.snapshot.generation
    // Who asks for the changes since the current generation without waiting wants to see that there are none.
    let isPolling = query.items.contains { $0.name == "wait" }
    return try Self.response(body, request, isUnchanged: verdict == .unchanged && isPolling)
  }

  /// A stream of generations, beginning with the current one unless the client has it.
  private func events(_ name: SetName, _ query: QueryItems, _ request: Request) throws(Refusal) -> Response {
    guard site.sets.published(name) != nil else { throw .noSuchSet }
    _ = try query.only()
    // What a client remembers of another history, or of another service, is no reason to refuse it.
    let known = site.sets.published(name)??.snapshot.generation ?? Generation(0)
    let claimed = request.headers[.lastEventID].flatMap { Generation(text: $0) } ?? Generation(0)
    if request.method == .get, WaitOrder.isPossible(request.head.path ?? "") {
      guard !site.sets.waiting.isFull else { throw .tooManyWaiting }
      return Self.response(
        WaitOrder(set: name, kind: .events(last: claimed <= known ? claimed : Generation(0))))
    }
    return Response(status: .ok, headers: [.contentType: "text/event-stream", .cacheControl: "no-store"])
  }

  private enum Verdict: Equatable {
    case answer
    case unchanged
    case wait(WaitOrder)
  }

  /// Whether a poll is answered, ends without news, or waits. A client that has a newer generation than there is has
  /// seen another history, and gets what there is.
  private func judge(
    _ wait: QueryItems.Wait?, _ current: Snapshot, _ request: Request
  ) throws(Refusal) -> Verdict {
    guard let wait, wait.since == current.generation else { return .answer }
    guard wait.seconds > 0, request.method == .get, WaitOrder.isPossible(request.head.path ?? "") else {
      return .unchanged
    }
    guard !site.sets.waiting.isFull else { throw .tooManyWaiting }
    return .wait(WaitOrder(set: current.set, kind: .change(since: wait.since, seconds: wait.seconds)))
  }

  /// An old generation, without provenance, so that its bytes are the same for ever.
  private func snapshot(
    _ name: SetName, _ generation: Generation, _ ending: String, _ query: QueryItems, _ request: Request,
    _ logger: Logger
  ) async throws(Refusal) -> Response {
    let current = try published(name).snapshot
    let (parameters, side) = try Self.parameters(query, ending)
    if side == .minisig, site.sets.publicKey == nil { throw .noKey }
    guard parameters.filter.isOpen else {
      throw .badRequest("an old generation has neither names nor times. Try: without fqdn and since_seen")
    }
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
    let answer: PreparedAnswer
    do throws(RenderError) {
      answer = PreparedAnswer(
        try site.sets.representation(snapshot, parameters, side), published: nil,
        freshness: "public, max-age=31536000, immutable", isDownload: parameters.isDownload,
        isCompressedKnown: conditions.acceptsGzip)
    } catch {
      throw Refusal(error)
    }
    return try Self.response(answer, conditions)
  }

  private func published(_ name: SetName) throws(Refusal) -> PublishedSet {
    guard let known = site.sets.published(name) else { throw .noSuchSet }
    guard let published = known else { throw .neverPublished }
    return published
  }

  private static func parameters(
    _ query: QueryItems, _ ending: String?
  ) throws(Refusal) -> (RepresentationParameters, SideFile?) {
    let split = ending.flatMap(SideFile.split)
    let ending = split?.ending ?? ending
    var format: (any Format)?
    if let ending {
      format = FormatRegistry.format(fileExtension: ending)
      guard format != nil else {
        let known = FormatRegistry.all.map(\.fileExtension).joined(separator: ", ")
        throw .badRequest("there is no format with this file extension. Try: one of \(known)")
      }
    }
    do throws(RepresentationParameterError) {
      return (try RepresentationParameters(query.items, format: format), split?.side)
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
    let refused: [(name: DomainName, reason: String)]
    do { refused = try await sink.accept(submission.names, from: token.name) } catch {
      logger.error("sightings were not stored", metadata: ["error": "\(error)"])
      throw .notReady("the names could not be stored. Try: again later")
    }
    let answer = SetBodies.sightings(submission, refused: refused)
    return try Self.response(Body(answer, freshness: "no-store"), request, status: .accepted)
  }

  private func readiness(_ request: Request) async throws(Refusal) -> Response {
    let readiness = await site.readiness()
    let wantsJSON = request.headers[.accept]?.contains("application/json") == true
    let body =
      wantsJSON
      ? Body(SetBodies.readiness(readiness), freshness: "no-store")
      : Body(
        Array(Self.lines(of: readiness).utf8),
        type: "text/plain; charset=utf-8", freshness: "no-store")
    return try Self.response(body, request, status: readiness.isReady ? .ok : .serviceUnavailable)
  }

  /// `ready` or what is at fault, then what a person should look at.
  private static func lines(of readiness: Readiness) -> String {
    let lines =
      (readiness.isReady ? ["ready"] : readiness.faults) + readiness.warnings.map { "warning: \($0)" }
    return lines.map { $0 + "\n" }.joined()
  }
}
