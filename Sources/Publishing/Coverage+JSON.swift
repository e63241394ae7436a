package import Deciding

import DNS

extension SetCoverage {
  /// Writes the coverage of a set as an object under `coverage`.
  package func write(to json: inout JSONText) {
    json.beginObject("coverage")
    json.share(coverage, "coverage")
    json.share(coverageAtLeast, "at_least")
    json.share(target, "target")
    json.boolean(isBelowTarget, "below_target")
    json.share(clientMissing, "client_missing")
    json.share(clientMissingAtMost, "client_missing_at_most")
    json.number(known, "questions_known")
    json.number(unknown, "questions_unknown")
    if let worst { worst.write("worst", to: &json) } else { json.null("worst") }
    json.endObject()
  }
}

extension QuestionCoverage {
  /// Writes the estimate for one question as an object. Where nothing is claimed, the figures are null.
  package func write(_ key: StaticString? = nil, to json: inout JSONText) {
    let isKnown = estimate.confidence != .unknown
    json.beginObject(key)
    json.string(question.name.text, "name")
    json.string(question.type.description, "type")
    json.string(estimate.confidence.rawValue, "confidence")
    json.number(estimate.answers, "independent_answers")
    json.share(isKnown ? estimate.coverage : nil, "coverage")
    json.share(isKnown ? 1 - estimate.missingAtMost : nil, "at_least")
    json.share(isKnown ? estimate.clientMissing : nil, "client_missing")
    json.share(isKnown ? estimate.clientMissingAtMost : nil, "client_missing_at_most")
    json.timestamp(at, "at")
    json.endObject()
  }
}

extension RetentionAdvice {
  /// As `/v1/sets/{set}/retention` and `postern retention --json` give it.
  package var json: [UInt8] {
    var json = JSONText()
    json.beginObject()
    json.string(set.text, "set")
    json.number(retention.milliseconds / 1000, "retention_seconds")
    json.timestamp(since, "since")
    json.number(returns, "returns")
    json.number(late.returns, "late_returns")
    json.number(late.span.milliseconds / 1000, "late_seconds")
    json.share(Self.share, "wanted")
    json.optional(advised.map { $0.milliseconds / 1000 }, "advised_seconds")
    json.beginArray("options")
    for option in options {
      json.beginObject()
      json.number(option.retention.milliseconds / 1000, "retention_seconds")
      json.number(option.lateReturns, "late_returns")
      json.number(option.lateSpan.milliseconds / 1000, "late_seconds")
      json.decimal(option.addresses, "addresses")
      json.endObject()
    }
    json.endArray()
    json.endObject()
    json.endLine()
    return json.bytes
  }
}
