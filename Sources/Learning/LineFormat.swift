/// How lines name hosts.
package enum LineFormat: String, Sendable, Hashable, CaseIterable {
  /// dnsmasq's query log.
  case dnsmasq
  /// One hostname a line.
  case hostnames

  /// Reads a line without its end.
  package func read(_ line: UnsafeBufferPointer<UInt8>, watching names: WatchedNames) -> LineReading {
    switch self {
    case .dnsmasq: DnsmasqQueryLog.read(line, watching: names)
    case .hostnames: HostnameList.read(line, watching: names)
    }
  }

  /// The format of a text, from its beginning: dnsmasq's if one of the first 64 lines has its header, for a log may
  /// begin with what other programs wrote.
  package static func detect(_ beginning: [UInt8]) -> LineFormat {
    var splitter = LineSplitter()
    var lines = 0
    var isDnsmasq = false
    let body = { (line: UnsafeBufferPointer<UInt8>) in
      lines += 1
      if lines <= 64, DnsmasqQueryLog.isItsLine(line) { isDnsmasq = true }
    }
    beginning.withUnsafeBufferPointer { octets in
      let consumed = splitter.split(octets, body)
      splitter.finish(UnsafeBufferPointer(rebasing: octets[consumed...]), body)
    }
    return isDnsmasq ? .dnsmasq : .hostnames
  }
}
