import DNS
import Deciding
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Publishing

/// A request with who asks, and its target without the token that the path may have held.
struct Asked {
  let request: Request
  let uri: String
  let callers: Callers
  /// By whom the route was opened.
  let caller: Principal?

  init(_ request: Request, uri: String, _ callers: Callers, _ caller: Principal?) {
    self.request = request
    self.uri = uri
    self.callers = callers
    self.caller = caller
  }
}

/// Answers every request that isn't answered on the hot path.
struct SiteResponder: HTTPResponder {
  typealias Context = BasicRequestContext

  let door: Door
  private let tokenField: HTTPField.Name

  private var site: Site { door.site }

  init(_ door: Door) {
    self.door = door
    // The configuration takes only tokens of RFC 9110 §5.6.2, so the fallback is never taken.
    tokenField = HTTPField.Name(door.site.access.tokenField) ?? .authorization
  }

  func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
    // A token in the path ends here: nothing behind this knows it, so that no log and no answer can show it.
    let path = request.head.path ?? ""
    let (pathToken, uri) = Credentials.splitPath(path).map { ($0.token, $0.rest) } ?? (nil, path)
    let credentials = Credentials(request.headers, tokenField: tokenField, pathToken: pathToken)
    let peer = Peer.current
    let callers = door.gate.callers(credentials, peer)
    let target = uri.utf8.split(
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
      let caller = try door.admit(callers, to: route.demand)
      let allowance = door.allowances.allowance(for: callers, peer)
      // What is free when nothing changed is charged afterwards, everything else before it costs anything.
      let isConditional = route.isCheap && request.conditions.isConditional
      if !isConditional { try door.charge(allowance) }
      response = try await answer(route, query, Asked(request, uri: uri, callers, caller), context.logger)
      if response.status == .notModified {
        if !isConditional { allowance?.giveBack() }
      } else if isConditional {
        try door.charge(allowance)
      }
    } catch {
      response = Self.response(error)
    }
    if request.method == .head { response = response.createHeadResponse() }
    door.requests.count(route?.pattern ?? "none", response.status.code)
    return response
  }

  private func answer(
    _ route: Route, _ query: QueryItems, _ asked: Asked, _ logger: Logger
  ) async throws(Refusal) -> Response {
    let request = asked.request
    switch route {
    case .set(let name, let ending):
      return try await set(name, ending, query, asked, logger)
    case .version(let name), .changes(let name):
      return try await ofSet(name, route, query, asked, logger)
    case .events(let name):
      return try events(name, query, asked)
    case .snapshot(let name, let generation, let ending):
      return try await snapshot(name, generation, ending, query, request, logger)
    case .sightings:
      return try await takeSightings(asked, logger)
    case .readyz:
      return try await readiness(asked)
    case .allEvents:
      return try await allEvents(query, asked, logger)
    default:
      let body = try await body(route, query, asked.callers, logger)
      return try Self.response(body, request)
    }
  }

  /// The bodies that are made anew for each request.
  private func body(
    _ route: Route, _ query: QueryItems, _ callers: Callers, _ logger: Logger
  ) async throws(Refusal) -> Body {
    let past = Past(site: site, logger: logger)
    let visible = { site.sets.all.filter { door.mayRead($0.name, callers) } }
    switch route {
    case .index: return Body(IndexText.text(visible(), site.formats), type: "text/plain; charset=utf-8")
    case .sets:
      _ = try query.only()
      return Body(SetBodies.list(visible(), site.formats))
    case .formats:
      _ = try query.only()
      return Body(site.formats.json)
    case .snapshots(let name): return Body(try await past.snapshots(try published(name), query))
    case .diff(let name): return try await past.difference(of: try published(name).snapshot.set, query)
    case .retention(let name):
      _ = try query.only()
      return Body(try await past.retention(name))
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
    case .vantages:
      _ = try query.only()
      return Body(try await past.vantages())
    case .tags:
      _ = try query.only()
      return Body(site.tags().json(site.taggedSets, now: site.now()))
    case .setTags(let name):
      _ = try query.only()
      let rules = site.policies.first { $0.name == name }?.tagRules ?? TagRules()
      return Body(site.tags().json(try published(name).snapshot, rules: rules))
    case .history: return try await past.history(query)
    case .explain: return Body(try await past.explanation(query))
    case .decisions: return Body(try await past.decisions(query))
    case .metrics:
      let now = site.now()
      let consumers = site.consumers.map { ConsumerText.metrics($0.reports, site.sets, at: now) } ?? ""
      let text =
        SetMetrics.text(site.sets, now: now) + TagMetrics.text(site) + AccessMetrics.text(door) + consumers
        + site.metrics.text()
      return Body(Array(text.utf8), type: "text/plain; version=0.0.4; charset=utf-8", freshness: "no-store")
    case .healthz: return Body(Array("ok\n".utf8), type: "text/plain; charset=utf-8", freshness: "no-store")
    case .set, .version, .changes, .events, .allEvents, .snapshot, .sightings, .readyz: throw .notFound
    }
  }

  private func set(
    _ name: SetName, _ ending: String?, _ query: QueryItems, _ asked: Asked, _ logger: Logger
  ) async throws(Refusal) -> Response {
    guard let known = site.sets.published(name) else { throw .noSuchSet }
    let (wait, rest) = takesSteps(query, ending) ? (nil, query) : try query.splitWait()
    let (parameters, side) = try parameters(rest, ending)
    if side == .minisig, site.sets.publicKey == nil { throw .noKey }
    guard let known else { throw .neverPublished }
    let conditions = asked.request.conditions
    let verdict = try judge(wait, known.snapshot, asked)
    if case .wait(let order) = verdict { return Self.response(order) }
    let isUnchanged = verdict == .unchanged
    let context = try await context(of: known, since: parameters.options.since, logger)
    let answer: PreparedAnswer?
    do throws(RenderError) {
      answer = try site.sets.prepare(
        name, parameters, context, side: side, uri: isUnchanged ? nil : asked.uri,
        wantsGzip: conditions.acceptsGzip)
    } catch {
      throw Refusal(error)
    }
    guard let answer else { throw .neverPublished }
    return try Self.response(answer, conditions, isUnchanged: isUnchanged)
  }

  /// Whether `since` is the format's own: what to step from. With `wait`, and for formats that write no steps, it is the
  /// generation that a poll has.
  private func takesSteps(_ query: QueryItems, _ ending: String?) -> Bool {
    guard !query.items.contains(where: { $0.name == "wait" }) else { return false }
    let named = query.items.last { $0.name == "format" || $0.name == "v" }?.value
    let format =
      ending.flatMap { site.formats.format(fileExtension: SideFile.split($0)?.ending ?? $0) }
      ?? named.flatMap { site.formats.format(id: $0) }
    return format?.takes.contains(.since) == true
  }

  /// `/version` and `/changes`, which can be waited for as well.
  private func ofSet(
    _ name: SetName, _ route: Route, _ query: QueryItems, _ asked: Asked, _ logger: Logger
  ) async throws(Refusal) -> Response {
    let request = asked.request
    let published = try published(name)
    let (wait, rest) = try query.splitWait()
    _ = try rest.only()
    let verdict = try judge(wait, published.snapshot, asked)
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
  private func events(_ name: SetName, _ query: QueryItems, _ asked: Asked) throws(Refusal) -> Response {
    let request = asked.request
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

  /// A page of what happened, or the stream of it.
  private func allEvents(
    _ query: QueryItems, _ asked: Asked, _ logger: Logger
  ) async throws(Refusal) -> Response {
    let past = Past(site: site, logger: logger)
    let wanted = try past.eventQuery(query)
    let accepted = asked.request.headers[.accept] ?? ""
    guard accepted.contains("text/event-stream") else {
      return try Self.response(Body(try await past.events(wanted)), asked.request)
    }
    return try await past.stream(wanted, from: asked.request, seats: door.eventSeats)
  }

  private enum Verdict: Equatable {
    case answer
    case unchanged
    case wait(WaitOrder)
  }

  /// Whether a poll is answered, ends without news, or waits. A client that has a newer generation than there is has
  /// seen another history, and gets what there is.
  private func judge(
    _ wait: QueryItems.Wait?, _ current: Snapshot, _ asked: Asked
  ) throws(Refusal) -> Verdict {
    guard let wait, wait.since == current.generation else { return .answer }
    guard wait.seconds > 0, asked.request.method == .get, WaitOrder.isPossible(asked.request.head.path ?? "")
    else {
      return .unchanged
    }
    guard !site.sets.waiting.isFull else { throw .tooManyWaiting }
    return .wait(WaitOrder(set: current.set, kind: .change(since: wait.since, seconds: wait.seconds)))
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
    let (parameters, side) = try parameters(query, ending)
    if side == .minisig, site.sets.publicKey == nil { throw .noKey }
    guard parameters.filter.isOpen else {
      throw .badRequest(
        "an old generation has neither names nor times. Try: without fqdn, since_seen and cloud")
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
        try site.sets.representation(snapshot, parameters, RenderContext(), side), published: nil,
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

  private func parameters(
    _ query: QueryItems, _ ending: String?
  ) throws(Refusal) -> (RepresentationParameters, SideFile?) {
    let split = ending.flatMap(SideFile.split)
    let ending = split?.ending ?? ending
    var format: (any Format)?
    if let ending {
      format = site.formats.format(fileExtension: ending)
      guard format != nil else {
        throw .badRequest("there is no format with this file extension. Try: the list at /v1/formats")
      }
    }
    do throws(RepresentationParameterError) {
      return (try RepresentationParameters(query.items, format: format, catalog: site.formats), split?.side)
    } catch {
      throw .badRequest(error.description)
    }
  }

  private func takeSightings(_ asked: Asked, _ logger: Logger) async throws(Refusal) -> Response {
    guard let sink = site.sightings, let caller = asked.caller else { throw .notFound }
    let request = asked.request
    let largest = door.limits.bodyOctets
    let tooLarge = Refusal(
      status: .contentTooLarge, reason: "the body is larger than \(largest) octets. Try: several requests",
      fields: [.connection: "close"])
    if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > largest {
      door.refusals.count(.bodySize)
      throw tooLarge
    }
    let body: ByteBuffer
    do { body = try await request.body.collect(upTo: largest) } catch {
      door.refusals.count(.bodySize)
      throw tooLarge
    }
    let submission = try SightingSubmission(
      Array(body.readableBytesView), mediaType: request.headers[.contentType])
    let refused: [(name: DomainName, reason: String)]
    do { refused = try await sink.accept(submission.names, from: caller.name) } catch {
      logger.error("sightings were not stored", metadata: ["error": "\(error)"])
      throw .notReady("the names could not be stored. Try: again later")
    }
    let answer = SetBodies.sightings(submission, refused: refused)
    return try Self.response(Body(answer, freshness: "no-store"), request, status: .accepted)
  }

  private func readiness(_ asked: Asked) async throws(Refusal) -> Response {
    let request = asked.request
    var readiness = await site.readiness()
    if door.isRestricted, asked.callers.principal(for: .read) == nil {
      // What is at fault names upstreams and sets.
      readiness = Readiness(faults: readiness.isReady ? [] : ["not ready"], warnings: [])
    }
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
