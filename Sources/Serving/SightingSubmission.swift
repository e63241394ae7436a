package import DNS
import FoundationEssentials
import HTTPTypes

/// Takes hostnames that clients used. What becomes of them is not the server's matter.
package protocol SightingSink: Sendable {
  /// Takes names that are well-formed hostnames.
  ///
  /// - Parameter source: the name of the token that reported them.
  /// - Returns: the names that were not taken, with the reason, such as that no set watches them.
  func accept(_ names: [DomainName], from source: String) async throws -> [(name: DomainName, reason: String)]
}

/// The body of `POST /v1/sightings`: `{"names":[…]}`, the same objects or bare strings one on each line (NDJSON), or
/// plain hostnames one on each line.
struct SightingSubmission {
  private(set) var names: [DomainName] = []
  /// What was refused, as it was sent but at most 80 characters of it, with the reason.
  private(set) var refused: [(text: String, reason: String)] = []

  private struct Names: Decodable { let names: [String] }
  private struct Name: Decodable { let name: String }

  /// - Throws: the answer 400 or 415 when the body can't be read at all.
  init(_ body: [UInt8], mediaType: String?) throws(Refusal) {
    let type = mediaType?.split(separator: ";").first.map { $0.trimmed.lowercased() } ?? "text/plain"
    switch type {
    case "application/json":
      guard let decoded = try? JSONDecoder().decode(Names.self, from: Data(body)) else {
        throw .badRequest("the body is not of the form {\"names\": [\"…\"]}")
      }
      decoded.names.forEach { add($0) }
    case "application/x-ndjson", "application/ndjson", "application/jsonl":
      for line in body.split(separator: 0x0a) where !line.allSatisfy({ $0 == 0x20 || $0 == 0x0d }) {
        let data = Data(line)
        if let name = try? JSONDecoder().decode(String.self, from: data) {
          add(name)
        } else if let name = try? JSONDecoder().decode(Name.self, from: data) {
          add(name.name)
        } else {
          refuse(String(decoding: line, as: UTF8.self), "not a JSON string and not {\"name\": \"…\"}")
        }
      }
    case "text/plain", "application/x-www-form-urlencoded":
      // curl --data-binary says form-urlencoded unless told otherwise; what it sends is still lines.
      for line in String(decoding: body, as: UTF8.self).split(whereSeparator: \.isNewline) {
        let text = line.trimmed
        if !text.isEmpty, !text.hasPrefix("#") { add(String(text)) }
      }
    default:
      throw Refusal(
        status: .unsupportedMediaType,
        reason: "the body's type is not known. Try: application/json, application/x-ndjson or text/plain")
    }
  }

  private mutating func add(_ text: String) {
    do {
      let name = try DomainName(text)
      guard name.isHostname else { return refuse(text, "not a hostname") }
      guard IPAddress(text) == nil else { return refuse(text, "an address, not a hostname") }
      names.append(name)
    } catch {
      refuse(text, error.description)
    }
  }

  private mutating func refuse(_ text: String, _ reason: String) {
    refused.append((String(text.prefix(80)), reason))
  }
}

extension StringProtocol {
  /// Without blanks at both ends.
  fileprivate var trimmed: SubSequence {
    var rest = self[...]
    while rest.first?.isWhitespace == true { rest.removeFirst() }
    while rest.last?.isWhitespace == true { rest.removeLast() }
    return rest
  }
}
