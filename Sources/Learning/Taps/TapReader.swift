package import DNS
package import Deciding

/// Reads frames of a tap on somebody's resolver. Keep one and read many frames with it: its tables are reused.
///
/// Any frame about a name in use gives the name. Answers are believed of a trusted tap alone, and only what a client was
/// given (`CLIENT_RESPONSE`): `RESOLVER_RESPONSE` and `FORWARDER_RESPONSE` are what other servers said before the site's
/// resolver judged it by DNSSEC, bailiwick and policy.
package struct TapReader: Sendable {
  private let vantage: Vantage?
  private var names: WatchedNames
  private var targets: Set<DomainName>
  private var targetHashes: Set<UInt64>
  private var messages = MessageReader()
  /// The resolvers that clients were seen to ask.
  package private(set) var resolvers = SeenResolvers()

  /// - Parameters:
  ///   - vantage: the tap, if its answers are believed.
  ///   - names: what is watched.
  ///   - targets: alias targets of watched names: who is led to one of them looks related.
  package init(trustedAs vantage: Vantage?, watching names: WatchedNames, targets: Set<DomainName> = []) {
    self.vantage = vantage
    self.names = names
    self.targets = targets
    targetHashes = Set(targets.map(MessageOutline.hash))
  }

  /// Watches other names from now on.
  package mutating func watch(_ names: WatchedNames, targets: Set<DomainName>) {
    self.names = names
    guard targets != self.targets else { return }
    self.targets = targets
    targetHashes = Set(targets.map(MessageOutline.hash))
  }

  /// Reads a frame; `now` becomes the moment of a lookup, for the clocks of taps aren't trusted.
  package mutating func read(_ octets: UnsafeRawBufferPointer, at now: Timestamp) -> TapReading {
    do throws(LineFault) {
      guard let frame = try DnstapFrame(octets), let kind = frame.kind, kind.tellsOfUse else {
        return .line(.skip)
      }
      if kind == .clientQuery || kind == .clientResponse { resolvers.note(frame) }
      if kind.isResponse, let response = frame.response {
        guard let outline = try Self.outline(response) else { return .line(.skip) }
        return try read(response, outline, frame, at: now)
      }
      guard let query = frame.query, let outline = try Self.outline(query) else { return .line(.skip) }
      return .line(names.read(wire: outline.name))
    } catch {
      return .line(.malformed(error))
    }
  }

  private mutating func read(
    _ response: UnsafeRawBufferPointer, _ outline: MessageOutline, _ frame: DnstapFrame, at now: Timestamp
  ) throws(LineFault) -> TapReading {
    guard outline.flags.isResponse else { throw .notDNS }
    var reading = names.read(wire: outline.name)
    switch reading {
    case .name(let name, _):
      let evidence = try Self.evidence(outline)
      reading = .name(name, evidence)
      guard let vantage, frame.kind == .clientResponse, [.a, .aaaa].contains(outline.type),
        let lookup = try lookup(response, frame, vantage, at: now)
      else { return .line(reading) }
      return .given(lookup, evidence)
    case .unwatched, .related:
      if let found = try relative(response, outline) { return found }
      return .line(reading)
    case .skip, .malformed:
      return .line(reading)
    }
  }

  /// A standard query or its response, of class IN.
  private static func outline(_ message: UnsafeRawBufferPointer) throws(LineFault) -> MessageOutline? {
    let outline: MessageOutline?
    do { outline = try MessageOutline(message) } catch { throw .notDNS }
    guard let outline, outline.flags.opcode == 0, outline.isInternet else { return nil }
    return outline
  }

  /// What a response says of the name of its question.
  private static func evidence(_ outline: MessageOutline) throws(LineFault) -> NameEvidence {
    switch ResponseCode(rawValue: outline.flags.responseCodeBits) {
    case .noError:
      let hasAddress: Bool
      do { hasAddress = try outline.hasAddress() } catch { throw .notDNS }
      if hasAddress { return .resolved }
      // A question for other records, one that the cache alone was to answer, and an answer that was cut deny nothing.
      let denies =
        [.a, .aaaa].contains(outline.type) && outline.flags.isRecursionDesired && !outline.flags.isTruncated
      return denies ? .denied : .asked
    case .nxDomain: return .denied
    default: return .asked
    }
  }

  private mutating func lookup(
    _ response: UnsafeRawBufferPointer, _ frame: DnstapFrame, _ vantage: Vantage, at now: Timestamp
  ) throws(LineFault) -> Lookup? {
    let message = try message(response)
    // The client asks again over TCP.
    guard let question = message.question, !message.flags.isTruncated else { return nil }
    let conclusion = Conclusion(message, to: question)
    guard Self.isAboutName(conclusion, message) else { return nil }
    return Lookup(
      question: question, vantage: vantage, at: now, outcome: conclusion.outcome,
      responseCode: conclusion.responseCode, chain: conclusion.chain, negativeTTL: conclusion.negativeTTL,
      isAuthenticated: conclusion.isAuthenticated, roundTrip: Self.roundTrip(frame), attempts: 1,
      detail: conclusion.detail)
  }

  /// REFUSED, FORMERR, NOTIMP and BADCOOKIE are about the client or its query, so that anybody could have them told to
  /// himself. So are denials and failures without recursion, which say what the cache lacks.
  private static func isAboutName(_ conclusion: Conclusion, _ message: Message) -> Bool {
    switch conclusion.outcome {
    case .answer: true
    case .noData, .nxDomain, .failure(.malformed): message.flags.isRecursionDesired
    case .failure: message.flags.isRecursionDesired && conclusion.responseCode == .servFail
    }
  }

  /// Zero when the frame doesn't say, or says what can't be.
  private static func roundTrip(_ frame: DnstapFrame) -> Duration {
    guard let start = frame.queryTime, let end = frame.responseTime else { return .zero }
    let span = end - start
    return span > .zero && span < .seconds(60) ? span : .zero
  }

  /// Most responses without a watched name end here after a few comparisons.
  private mutating func relative(
    _ response: UnsafeRawBufferPointer, _ outline: MessageOutline
  ) throws(LineFault) -> TapReading? {
    guard !targetHashes.isEmpty else { return nil }
    let leads: Bool
    do { leads = try outline.leads { targetHashes.contains($0) } } catch { throw .notDNS }
    guard leads else { return nil }
    let message = try message(response)
    guard let question = message.question, question.name.isHostname else { return nil }
    let links = CNAMEChain(question, answers: message.answers).links
    return links.first { targets.contains($0.target) }.map { .sameTarget(question.name, target: $0.target) }
  }

  private mutating func message(_ octets: UnsafeRawBufferPointer) throws(LineFault) -> Message {
    do { return try messages.read(octets) } catch { throw .notDNS }
  }
}

extension TapReader {
  /// A refused frame for a person to look at: its kind and its QNAME as DNS prints it, never an address.
  package static func sample(of octets: UnsafeRawBufferPointer, _ fault: LineFault) -> RefusedSample {
    var words = [String]()
    if let frame = try? DnstapFrame(octets) {
      if let kind = frame.kind { words.append("\(kind)") }
      if let message = frame.query ?? frame.response, let outline = try? MessageOutline(message) {
        words.append(printed(outline.name))
      }
    }
    words.append("(\(octets.count) octets)")
    return RefusedSample(fault: fault.rawValue, text: String(words.joined(separator: " ").prefix(200)))
  }

  private static func printed(_ name: UnsafeRawBufferPointer) -> String {
    var labels = [[UInt8]]()
    var next = 0
    while next < name.count {
      let end = min(name.count, next + 1 + Int(name[next]))
      labels.append(Array(name[next + 1..<end]))
      next = end
    }
    return (try? DomainName(labels: labels))?.text ?? "?"
  }
}
