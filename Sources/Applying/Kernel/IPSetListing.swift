package import DNS

/// What `ipset save SET` prints.
package enum IPSetListing {
  /// Reads the set.
  ///
  /// - Returns: nil when the text is no such listing.
  package static func read(_ text: [UInt8], family: AddressFamily) -> KernelSet? {
    var held: KernelSet?
    for line in text.split(separator: 0x0a) {
      let words = line.split(separator: 0x20)
      guard words.count >= 3 else { return nil }
      switch String(decoding: words[0], as: UTF8.self) {
      case "create" where held == nil:
        let options = words.dropFirst(2).map { String(decoding: $0, as: UTF8.self) }
        held = created(options, family)
      case "add":
        guard let prefix = IPPrefix(String(decoding: words[2], as: UTF8.self)) else {
          // Another kind of set; its fault has been noted.
          if held?.fault != nil { continue }
          return nil
        }
        let options = words.dropFirst(3).map { String(decoding: $0, as: UTF8.self) }
        // `nomatch` is an exception from the set: an element that does not match is not the one that is wanted.
        let isPlain = options.isEmpty || options == ["timeout", "0"]
        if isPlain {
          held?.ranges.append(AddressRange(prefix))
        } else {
          held?.expiring.append(AddressRange(prefix))
        }
      default: return nil
      }
    }
    held?.ranges.sort()
    held?.expiring.sort()
    return held
  }

  private static func created(_ options: [String], _ family: AddressFamily) -> KernelSet {
    func value(_ name: String) -> String? {
      options.firstIndex(of: name).flatMap { $0 + 1 < options.count ? options[$0 + 1] : nil }
    }
    var held = KernelSet(ranges: [])
    held.capacity = value("maxelem").flatMap { Int($0) }
    held.hasTimeout = value("timeout") != nil
    if options.first != "hash:net" {
      held.fault = "has another type than hash:net"
    } else if value("family") != (family == .ipv4 ? "inet" : "inet6") {
      held.fault = "has another family than \(family)"
    }
    return held
  }
}
