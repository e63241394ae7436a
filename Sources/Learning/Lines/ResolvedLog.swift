import Deciding

/// Reads what systemd-resolved tells: the JSON lines of `resolvectl monitor --json=short`, and its log with
/// `SYSTEMD_LOG_LEVEL=debug`. It escapes spaces in names as `\032`.
struct ResolvedLog: Sendable {
  private static let fields = JSONFields("/state", "/rcode", "/question/0/name", "/collectedQuestions/0/name")
  private var values = [JSONValue]()
  /// Whether the last answer from a server that the debug log told of was NXDOMAIN.
  private var wasNXDomain = false

  /// Reads a line without its end.
  mutating func read(_ line: UnsafeBufferPointer<UInt8>, watching names: WatchedNames) -> LineReading {
    guard line.first == UInt8(ascii: "{") else { return readDebug(line, names) }
    guard Self.fields.read(line, into: &values) else { return .malformed(.torn) }
    let evidence: NameEvidence =
      values[0].isText("success", in: line)
      ? .resolved
      : values[0].isText("rcode-failure", in: line) && values[1].isText("3", in: line) ? .denied : .asked
    // Once an alias was followed, the question is its target and the client's question is the first that was collected.
    let name = values[3].isPresent ? values[3] : values[2]
    return name.read(in: line, as: evidence, watching: names)
  }

  /// Whether a line is systemd-resolved's about a question, whatever it says.
  static func isItsLine(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
    guard line.first == UInt8(ascii: "{") else {
      let start = message(in: line)
      return line.has("Looking up RR for ", at: start) || line.has("Regular transaction ", at: start)
        || line.has("Firing regular transaction ", at: start) || line.has("Got DNS stub ", at: start)
        || line.has("Using DNS server ", at: start) || line.has("Freeing transaction ", at: start)
        || line.has("Processing incoming packet of size ", at: start)
        || line.has("Positive Trust Anchors:", at: start)
        || line.has("New scope on link ", at: start) || line.has("Sending query packet with id ", at: start)
    }
    var values = [JSONValue]()
    return JSONFields("/state", "/question").read(line, into: &values) && values[0].isText
      && values[1].kind == .container
  }

  private mutating func readDebug(_ line: UnsafeBufferPointer<UInt8>, _ names: WatchedNames) -> LineReading {
    let start = Self.message(in: line)
    if line.has("Looking up RR for ", at: start) {
      guard line.last == UInt8(ascii: "."),
        let name = Self.name(line.part(start + 18..<line.count - 1))
      else { return .malformed(.torn) }
      return names.read(name)
    }
    if line.has("Processing incoming packet of size ", at: start) {
      wasNXDomain = line.hasEnd("(rcode=NXDOMAIN).", at: line.count)
      return .skip
    }
    guard line.has("Regular transaction ", at: start) else { return .skip }
    let number = line.wordEnd(start + 20)
    guard line.has(" for <", at: number), let end = line.first("> on scope ", from: number) else {
      return .skip
    }
    guard line.has("dns on ", at: end + 11), let state = line.last(" now complete with <", before: line.count)
    else {
      return .skip
    }
    guard let name = Self.name(line.part(number + 6..<end)) else { return .malformed(.torn) }
    if line.has("success> ", at: state + 20) { return names.read(name, as: .resolved) }
    // Without an answer the question's own line says all there is.
    return line.has("rcode-failure> ", at: state + 20) && wasNXDomain ? names.read(name, as: .denied) : .skip
  }

  /// The name in `NAME CLASS TYPE`.
  private static func name(_ key: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8>? {
    let type = key.wordStart(before: key.count, notBefore: 0)
    guard type > 1, key.isType(type..<key.count) else { return nil }
    let kind = key.wordStart(before: type - 1, notBefore: 0)
    guard kind > 1, key.isType(kind..<type - 1) else { return nil }
    return key.part(0..<kind - 1)
  }

  private static func message(in line: UnsafeBufferPointer<UInt8>) -> Int {
    LogHeader.message(in: line, of: "systemd-resolved") ?? 0
  }
}
