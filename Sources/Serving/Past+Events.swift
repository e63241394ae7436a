import DNS
import Deciding
import HTTPTypes
import Hummingbird
import NIOCore
import Publishing
import ServiceLifecycle
import Synchronization

/// What happened, and how vantages do.
extension Past {
  func vantages() async throws(Refusal) -> [UInt8] {
    let reports = try await read { try await $0.vantageReports() }
    var json = JSONText(reserving: 4096)
    json.beginObject()
    json.beginArray("vantages")
    for (report, at) in reports { report.write(to: &json, at: at) }
    json.endArray()
    json.endObject()
    json.endLine()
    return json.bytes
  }

  /// Reads `since`, `kind` (several, separated by commas), `subject`, `after`, `before` and `limit`.
  func eventQuery(_ query: QueryItems) throws(Refusal) -> EventQuery {
    let values = try query.only("since", "kind", "subject", "after", "before", "limit")
    let limit = values["limit"].map { Int($0) ?? 0 } ?? 100
    guard (1...Self.longest).contains(limit) else {
      throw .badRequest("limit must be from 1 to \(Self.longest)")
    }
    var wanted = EventQuery(limit: limit)
    wanted.since = try moment(values["since"], "since")
    wanted.kinds = Set((values["kind"] ?? "").split(separator: ",").map { EventKind(rawValue: String($0)) })
    wanted.subject = values["subject"]
    wanted.after = try Self.number(values["after"], "after")
    wanted.before = try Self.number(values["before"], "before")
    return wanted
  }

  /// One page; `next` is the `before` (or `after`, where that was asked for) of the page behind it.
  func events(_ wanted: EventQuery) async throws(Refusal) -> [UInt8] {
    let events = try await read { try await $0.events(wanted) }
    var json = JSONText(reserving: 4096)
    json.beginObject()
    json.beginArray("events")
    for event in events { event.write(to: &json) }
    json.endArray()
    json.optional(events.count == wanted.limit ? events.last?.id : nil, "next")
    json.endObject()
    json.endLine()
    return json.bytes
  }

  /// The same as a stream of server-sent events (WHATWG HTML §9.2), from `Last-Event-ID`, `after` or now on. It looks into
  /// the history once a second: what a client may see must be stored, and a second is soon enough for people.
  func stream(_ wanted: EventQuery, from request: Request, seats: EventSeats) async throws(Refusal)
    -> Response
  {
    guard let history = site.history else { throw .noHistory }
    var wanted = wanted
    wanted.before = nil
    let claimed = request.headers[.lastEventID].flatMap { Int64($0) } ?? wanted.after
    let newest = try await read { try await $0.events(EventQuery(limit: 1)) }.first?.id ?? 0
    // What a client remembers of another history is no reason to refuse it.
    let start = claimed.map { min($0, newest) } ?? newest
    wanted.after = start
    let fields: HTTPFields = [.contentType: "text/event-stream", .cacheControl: "no-store"]
    guard request.method == .get else { return Response(status: .ok, headers: fields) }
    guard let seat = seats.take() else { throw .tooManyWaiting }
    let body = ResponseBody { [wanted] writer in
      defer { seat.leave() }
      var wanted = wanted
      var quiet = 0
      try await writer.write(ByteBuffer(string: "retry: 5000\n\n"))
      while !Task.isCancelled, !Task.isShuttingDownGracefully {
        let events = try await history.events(wanted)
        for event in events {
          wanted.after = event.id
          try await writer.write(event.message)
        }
        quiet = events.isEmpty ? quiet + 1 : 0
        // Comments keep proxies from closing what is silent, and tell whether anybody is there.
        if quiet % 15 == 14 { try await writer.write(ByteBuffer(string: ":\n\n")) }
        if events.count < wanted.limit { try await Task.sleep(for: .seconds(1)) }
      }
      try await writer.finish(nil)
    }
    return Response(status: .ok, headers: fields, body: body)
  }

  private static func number(_ text: String?, _ parameter: String) throws(Refusal) -> Int64? {
    guard let text else { return nil }
    guard let number = Int64(text), number >= 0 else {
      throw .badRequest("\(parameter) is no number of an event. Try: the id of one")
    }
    return number
  }
}

/// How many may read the stream of events at a time: people and their tools, not firewalls.
final class EventSeats: Sendable {
  static let most = 32
  private let taken = Mutex(0)

  /// Nil when all are taken.
  func take() -> Seat? {
    taken.withLock { count in
      guard count < Self.most else { return nil }
      count += 1
      return Seat(seats: self)
    }
  }

  fileprivate func leave() { taken.withLock { $0 -= 1 } }

  struct Seat: Sendable {
    fileprivate let seats: EventSeats

    /// Once.
    func leave() { seats.leave() }
  }
}

extension StoredEvent {
  /// One message of a stream.
  fileprivate var message: ByteBuffer {
    var json = JSONText()
    write(to: &json)
    var message = ByteBuffer()
    message.writeString("event: \(event.kind)\nid: \(id)\ndata: ")
    message.writeBytes(json.bytes)
    message.writeString("\n\n")
    return message
  }
}
