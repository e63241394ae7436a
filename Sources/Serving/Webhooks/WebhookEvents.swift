package import Deciding

import Publishing

/// Events that wait for one receiver, oldest first. A receiver that is down for long loses the oldest: the history has
/// them all.
package struct WebhookEvents: Sendable {
  /// The most that wait.
  package static let most = 256
  private var events: [Numbered] = []
  private var number: Int64 = 0

  /// An event with a number that tells deliveries apart.
  package struct Numbered: Sendable, Hashable {
    /// Grows by one; from 1 since the start of the service.
    package let number: Int64
    /// What happened.
    package let event: Event

    /// One JSON object without a line feed.
    package var json: [UInt8] {
      var json = JSONText()
      json.beginObject()
      json.beginObject("event")
      event.writeFields(to: &json)
      json.endObject()
      json.endObject()
      return json.bytes
    }
  }

  /// One with nothing to deliver.
  package init() {}

  /// Whether nothing waits to be delivered.
  package var isEmpty: Bool { events.isEmpty }

  /// The oldest one.
  package var next: Numbered? { events.first }

  /// Takes an event; of too many the oldest is dropped.
  package mutating func add(_ event: Event) {
    number += 1
    if events.count == Self.most { events.removeFirst() }
    events.append(Numbered(number: number, event: event))
  }

  /// Takes out what was delivered or refused.
  package mutating func remove(_ event: Numbered) { events.removeAll { $0.number == event.number } }
}
