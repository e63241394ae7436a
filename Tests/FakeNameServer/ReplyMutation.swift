package import DNS

/// Real replies with a few octets changed, cut or repeated, the same ones for the same seed.
package struct ReplyMutation {
  private var state: UInt64
  private let originals: [[UInt8]]

  /// The messages that are mutated are made here: a chain, many addresses, a denial, OPT with options.
  package init(seed: UInt64) {
    state = seed
    originals = Self.originals()
  }

  /// The next message.
  package mutating func next() -> [UInt8] {
    var octets = originals[below(originals.count)]
    for _ in 0..<1 + below(4) where !octets.isEmpty {
      let place = below(octets.count)
      switch below(8) {
      case 0: octets[place] = UInt8(truncatingIfNeeded: random())
      case 1: octets[place] ^= 1 << UInt8(below(8))
      case 2: octets[place] = [0, 1, 0x3f, 0x40, 0x7f, 0x80, 0xc0, 0xff][below(8)]
      case 3: octets.removeLast(below(min(octets.count, 40)))
      case 4: octets.insert(contentsOf: octets[place..<min(octets.count, place + below(20))], at: place)
      case 5 where place + 1 < octets.count:
        octets[place] = 0xc0 | UInt8(below(2))
        octets[place + 1] = UInt8(below(256))
      case 6: octets.removeSubrange(place..<min(octets.count, place + below(8)))
      default: if octets.count > 12 { octets[4 + below(8)] = UInt8(below(4)) }
      }
    }
    return octets
  }

  /// Checks what must hold for every record that a reader returns.
  ///
  /// - Throws: `ReplyMutationError` when a name is not canonical.
  package func check(_ record: ResourceRecord) throws(ReplyMutationError) {
    var names = [record.owner]
    if case .name(let name) = record.data { names.append(name) }
    for name in names {
      // What was read must be writable, and mean the same when it is read from text.
      var octets = [UInt8]()
      guard (try? MessageWriter.append(name, to: &octets)) != nil, octets.count <= 255,
        let reread = try? DomainName(name.text), reread == name
      else { throw .notCanonical(name) }
    }
  }

  private mutating func below(_ bound: Int) -> Int { bound > 0 ? Int(random() % UInt64(bound)) : 0 }

  /// SplitMix64 (G. Steele, D. Lea, C. Flood, OOPSLA 2014).
  private mutating func random() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var bits = state
    bits = (bits ^ bits >> 30) &* 0xbf58_476d_1ce4_e5b9
    bits = (bits ^ bits >> 27) &* 0x94d0_49bb_1331_11eb
    return bits ^ bits >> 31
  }

  private static func originals() -> [[UInt8]] {
    let question = Question(DomainName(canonical: "eastus.data.mcr.example.com"), .a)
    let edge = DomainName(canonical: "edge.t-0001.example.net")
    var writers = [ReplyWriter]()
    do {
      var chain = try ReplyWriter(id: 1, question: question)
      try chain.alias(nil, edge)
      try chain.add(edge, .cname, data: [3, 0x61, 0x2e, 0x62, 0xc0, 19])
      for index in 0..<4 { try chain.address(edge, IPAddress(v4: UInt32(index))) }
      try chain.opt(options: [0, 8, 0, 7, 0, 1, 24, 20, 203, 0, 113, 0, 10, 0, 2, 1, 2])
      writers.append(chain)
      var many = try ReplyWriter(id: 2, question: question)
      for index in 0..<40 { try many.address(nil, IPAddress(v6: UInt128(index))) }
      writers.append(many)
      var denial = try ReplyWriter(id: 3, question: question, code: 3)
      try denial.alias(nil, edge)
      try denial.startOfAuthority(DomainName(canonical: "example.net"), ttl: 60, minimum: 30)
      try denial.opt()
      writers.append(denial)
      var odd = try ReplyWriter(id: 4, question: question, flags: 0x0200)
      try odd.add(nil, .txt, data: [3, 1, 2, 3])
      try odd.add(nil, .ns, data: [0xc0, 12])
      writers.append(odd)
    } catch {
      preconditionFailure("the messages to mutate can't be written: \(error)")
    }
    return writers.map(\.octets)
  }
}

package enum ReplyMutationError: Error {
  case notCanonical(DomainName)
}
