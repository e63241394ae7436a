import DNS
package import Deciding

import Foundation
package import Publishing

/// The last set that a follower took, on disk: what it must not fall behind, and what it loads after a boot while the
/// server is away.
package struct TakenSet: Hashable, Sendable {
  /// Its generation and digest.
  package let offer: Offer
  /// Its addresses.
  package let wanted: WantedSet

  /// What is to be remembered once the kernel has it.
  package init(offer: Offer, wanted: WantedSet) {
    self.offer = offer
    self.wanted = wanted
  }

  private static let heading = "postern taken 1"

  /// Reads the file.
  ///
  /// - Returns: nil when there is none.
  /// - Throws: `TakenSetError` when it is damaged or of another set: a follower must not forget its generation silently.
  package static func read(_ path: String, set: SetName, limit: Int) throws(TakenSetError) -> TakenSet? {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    guard let data = FileManager.default.contents(atPath: path) else {
      throw TakenSetError(path: path, .unreadable)
    }
    let lines = data.split(separator: 0x0a, maxSplits: 4, omittingEmptySubsequences: false)
    guard lines.count == 5, String(decoding: lines[0], as: UTF8.self) == heading,
      let name = value(lines[1], "set"),
      let generation = value(lines[2], "generation").flatMap({ Int64($0) }),
      let digest = value(lines[3], "sha256").flatMap({ Digest(text: $0) }),
      let list = try? PlainList(Array(lines[4]), limit: limit),
      (try? list.covers(setOf: digest, limit: limit)) == true
    else { throw TakenSetError(path: path, .damaged) }
    guard name == set.text else { throw TakenSetError(path: path, .otherSet(name)) }
    guard let wanted = try? WantedSet(set: set, generation: Generation(generation), prefixes: list.prefixes)
    else {
      throw TakenSetError(path: path, .damaged)
    }
    return TakenSet(offer: Offer(generation: Generation(generation), digest: digest), wanted: wanted)
  }

  private static func value(_ line: Data, _ name: String) -> String? {
    let words = String(decoding: line, as: UTF8.self).split(separator: " ")
    return words.count == 2 && words[0] == name ? String(words[1]) : nil
  }

  /// Replaces the file.
  ///
  /// - Throws: `AtomicFileError`.
  package func write(_ path: String, at moment: Timestamp) throws(AtomicFileError) {
    var text = Array(
      "\(Self.heading)\nset \(wanted.set)\ngeneration \(offer.generation)\nsha256 \(offer.digest)\n".utf8)
    for prefix in wanted.prefixes.prefixes {
      prefix.appendText(to: &text)
      text.appendLineFeed()
    }
    _ = try AtomicFile(path).replace(with: text, modified: moment, mode: 0o600)
  }
}

/// Why what was taken before can't be known.
package struct TakenSetError: Error, Hashable, CustomStringConvertible {
  /// The memory file.
  package let path: String
  /// What is wrong with it.
  package let cause: Cause

  /// Why a memory file can't be used.
  package enum Cause: Hashable, Sendable {
    /// The system doesn't let it be read.
    case unreadable
    /// It isn't what was written.
    case damaged
    /// It remembers the set of this name.
    case otherSet(String)
  }

  init(path: String, _ cause: Cause) {
    self.path = path
    self.cause = cause
  }

  package var description: String {
    switch cause {
    case .unreadable:
      "can't read '\(path)', which holds the generation that was taken last. Try: its owner and mode"
    case .damaged:
      "'\(path)', which holds the generation that was taken last, is damaged. Try: remove it, if the server is trusted to offer its newest set"
    case .otherSet(let set): "'\(path)' belongs to the set \(set). Try: another --state"
    }
  }
}
