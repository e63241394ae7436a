import Foundation
import Testing

/// One of three real resolvers goes wrong, and what Postern makes of it.
struct VantageFaultRow: Sendable, CustomTestStringConvertible {
  /// What it does, for people.
  let what: String
  let program: VantageServer.Program
  let fault: Fault
  /// What `postern vantages` calls it.
  let state: String
  /// The reason that `postern vantages --json` gives when it is set aside, or how `/readyz` says that it fails.
  let reason: String
  /// What must never be in the set.
  var forged: String?
  /// It may until the vantage is set aside.
  var mayEnter = false
  var retention = 3
  /// What the set has beside its profile and retention.
  var policy = ""
  /// Whether it does nothing wrong until the truth moves.
  var isLag = false
  /// How long it must tell the truth, where the test waits for it to be believed again; else the default.
  var probation: String?

  enum Fault: Sendable {
    /// Lines of its configuration; `isTrue` says whether it still asks for the truth.
    case lines([String], isTrue: Bool = false)
    /// It stands still.
    case stopped
  }

  var testDescription: String { "\(program.rawValue) \(what)" }
  var isAside: Bool { state == "aside" }
  /// What `postern events` has of it.
  var event: String { isAside ? "vantage.aside" : "upstream.failing" }
  /// How `/readyz` warns of it.
  var warning: String { "upstream \(program.rawValue) \(isAside ? "is set aside: it " : "fails: \(reason)")" }
  var limits: String { probation.map { "limits: { probation: \($0) }" } ?? "" }
  var set: String { "retention: \(retention)s\(policy)" }

  static let all = [
    VantageFaultRow(
      what: "gives a login page's address for every name", program: .dnsmasq,
      fault: .lines(["address=/#/20.99.0.1"]), state: "aside", reason: "sameAnswer", forged: "20.99.0.1",
      mayEnter: true),
    VantageFaultRow(
      what: "gives a login page's address for every name, and two must confirm", program: .dnsmasq,
      fault: .lines(["address=/#/20.99.0.1"]), state: "aside", reason: "sameAnswer", forged: "20.99.0.1",
      policy: ", confirm: 2"),
    VantageFaultRow(
      what: "says that no name exists", program: .dnsmasq, fault: .lines(["local=/#/"]), state: "aside",
      reason: "denial", probation: "2s"),
    VantageFaultRow(
      what: "gives a private address for every name", program: .dnsmasq,
      fault: .lines(["address=/#/192.168.88.1"]), state: "aside", reason: "bogons", forged: "192.168.88.1"),
    VantageFaultRow(
      what: "sends the names to a host inside", program: .unbound,
      fault: .lines(["  local-zone: \"com.\" redirect", "  local-data: \"com. A 10.9.9.9\""], isTrue: true),
      state: "aside", reason: "bogons", forged: "10.9.9.9", probation: "2s"),
    VantageFaultRow(
      what: "stands still", program: .unbound, fault: .stopped, state: "failing",
      reason: "timeout: "),
    // With a header that lacks the question.
    VantageFaultRow(
      what: "refuses us", program: .unbound,
      fault: .lines(["  access-control: 127.0.0.0/8 refuse"], isTrue: true), state: "failing",
      reason: "refused: "),
    VantageFaultRow(
      what: "lost its forwarder", program: .named,
      fault: .lines(["forward only; forwarders { 127.0.0.1 port 1; };"]), state: "failing",
      reason: "servFail: "),
    VantageFaultRow(
      what: "keeps answers beyond their TTL", program: .named,
      fault: .lines(["min-cache-ttl 90;"], isTrue: true),
      state: "aside", reason: "lag", retention: 6, policy: ", families: [ipv4]", isLag: true,
      probation: "2s"),
  ]
}
