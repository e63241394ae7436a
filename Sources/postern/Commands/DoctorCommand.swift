import ArgumentParser
import DNS
import Deciding
import Foundation
import Publishing
import Recording
import Resolving
import Serving

struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "What is wrong here: configuration, upstreams, history, sets, sources.")

  @OptionGroup var shared: SharedOptions
  @OptionGroup var output: OutputOptions
  @Option(
    name: .long,
    help: ArgumentHelp(
      "A resolver to ask, with #NAME over TLS; may be given several times.", valueName: "address"))
  var upstream: [String] = []
  @Flag(name: .long, help: "Check the whole history, however large it is.")
  var full = false

  func run() async throws {
    let configuration = try shared.load(upstreams: upstream)
    let findings = try await Progress.shown({ "looking" }) { [full] in
      var findings = Self.configurationFindings(configuration)
      findings += Self.tlsFindings(configuration)
      findings += await Self.upstreamFindings(configuration)
      findings += await Self.historyFindings(configuration, isForced: full)
      return findings
    }
    for finding in findings {
      output.json
        ? Console.write(finding.json)
        : Console.line("\(finding.level.mark) \(finding.subject): \(finding.sentence)")
    }
    guard !findings.contains(where: { $0.level == .fault }) else {
      throw ExitCode(ExitStatus.failed.rawValue)
    }
  }

  private static func configurationFindings(_ configuration: Configuration) -> [Finding] {
    var findings = [
      Finding(.good, "configuration", "\(configuration.file ?? "the built-in default") is valid"),
      Finding(
        .good, "c-ares",
        DNSResolver.libraryVersion
          + (DNSResolver.sendsCookies ? ", with DNS cookies" : ", without DNS cookies")),
    ]
    findings += configuration.advice(ConfigurationFacts(looking: configuration)).map {
      Finding(.unwise, "configuration", $0.line)
    }
    if configuration.enabledSets.isEmpty {
      findings.append(
        Finding(.fault, "configuration", "no set is enabled. Try: enabled: true for one of them"))
    }
    let state = configuration.state.value
    if access(state, F_OK) == 0, access(state, W_OK | X_OK) != 0 {
      findings.append(
        Finding(.unwise, "state", "this user can't write to \(state). Try: the user that runs the service"))
    }
    return findings
  }

  /// Reads the TLS files as the service would.
  private static func tlsFindings(_ configuration: Configuration) -> [Finding] {
    do {
      guard let identity = try configuration.http.identity() else { return [] }
      let warnings = identity.warnings(now: SystemClock().now)
      guard warnings.isEmpty else { return warnings.map { Finding(.unwise, "tls", $0) } }
      return [Finding(.good, "tls", "\(identity.files.certificate) is good until \(identity.expires)")]
    } catch {
      return [Finding(.fault, "tls", "\(error)")]
    }
  }

  /// Asks each upstream for one name of each enabled set.
  private static func upstreamFindings(_ configuration: Configuration) async -> [Finding] {
    do {
      // Sets that service tags give need no answers.
      guard !configuration.enabledSets.allSatisfy(\.policy.isGivenByTags) else { return [] }
      let choice = UpstreamChoice(configuration)
      var findings = choice.warnings.map { Finding(.unwise, "upstream", $0) }
      guard !choice.upstreams.isEmpty else {
        return findings + [
          Finding(.fault, "upstream", "there is none to ask. Try: upstreams in the configuration")
        ]
      }
      let clock = SystemClock()
      let resolver = try DNSResolver(upstreams: choice.upstreams, now: { clock.now })
      defer { resolver.stop() }
      let names = configuration.enabledSets.compactMap { $0.policy.namesFromTheStart.first }
      for upstream in choice.upstreams {
        for name in Set(names).sorted() {
          let lookup = await resolver.lookup(Question(name, .a), at: upstream.vantage)
          findings.append(Finding(lookup, upstream))
        }
      }
      return findings
    } catch {
      return [Finding(.fault, "upstream", "\(error)")]
    }
  }

  private static func resolverFindings(
    _ configuration: Configuration, _ history: any HistoryReader
  ) async throws -> [Finding] {
    let silent = configuration.sources.filter { $0.vantage != nil || $0.resolver.value != nil }.map(\.label)
    let upstreams = UpstreamChoice(configuration).upstreams.map {
      ResolverPlaces.Place(address: $0.address, port: Int($0.port))
    }
    return ResolverFindings(
      try await history.sourceReports().map(\.report), silent: Set(silent),
      upstreams: ResolverPlaces(upstreams, own: ConfigurationFacts(looking: configuration).ownAddresses)
    ).all
  }

  private static func historyFindings(_ configuration: Configuration, isForced: Bool) async -> [Finding] {
    do {
      let history = try configuration.readHistory()
      var findings = [Finding]()
      let report = try await history.quickCheck(isForced: isForced)
      if report.problems.isEmpty {
        findings.append(
          Finding(
            .good, "history",
            "\(history.path) is sound" + (report.isComplete ? "" : " at its ends; --full checks all")))
      } else {
        findings += report.problems.prefix(10).map {
          Finding(.fault, "history", "\($0). Try: restore a backup")
        }
      }
      let now = SystemClock().now
      findings.append(Finding(try await history.span(), configuration.history, now: now))
      let states = try await history.setStates()
      for set in configuration.enabledSets {
        let state = states.first { $0.set == set.name }
        let step = try await configuration.firstStep(for: set.name, by: history)
        findings.append(Finding(set.policy, state, firstStep: step, now: now))
        if !set.policy.isGivenByTags {
          findings.append(Finding(set.name, try await SetCoverage.gather(set.policy, from: history)))
        }
      }
      findings += try await history.vantageReports().map { Finding($0.report) }
      findings += try await resolverFindings(configuration, history)
      findings += try await TagFindings(configuration, history, now: now).all
      for event in try await history.events(kind: "cap.reached", limit: 20) {
        findings.append(Finding(.unwise, "cap", "\(event.at): \(event.detail)"))
      }
      return findings
    } catch HistoryError.missing(let path) {
      return [
        Finding(
          .unwise, "history",
          "\(path) does not exist yet. Try: \(Configuration.firstStep(configuration.enabledSets.map(\.policy)))"
        )
      ]
    } catch {
      return [Finding(.fault, "history", "\(error)")]
    }
  }
}

/// One thing that the doctor looked at.
struct Finding: Sendable {
  enum Level: String, Sendable {
    case good
    case unwise
    case fault

    var mark: String {
      switch self {
      case .good: "ok  "
      case .unwise: "look"
      case .fault: "BAD "
      }
    }
  }

  let level: Level
  let subject: String
  let sentence: String

  init(_ level: Level, _ subject: String, _ sentence: String) {
    self.level = level
    self.subject = subject
    self.sentence = sentence
  }

  init(_ lookup: Lookup, _ upstream: Upstream) {
    subject = "upstream \(upstream.endpoint)"
    switch lookup.outcome {
    case .answer:
      level = .good
      sentence = "\(lookup.question) answered in \(lookup.roundTrip.milliseconds) ms"
    case .noData, .nxDomain:
      level = .fault
      sentence = "\(lookup.question): \(lookup.outcome). Try: whether this resolver blocks the name"
    case .failure(let kind):
      level = .fault
      let detail = lookup.detail.map { " (\($0))" } ?? ""
      sentence =
        "\(lookup.question): \(kind.rawValue)\(detail). Try: '\(Self.trial(upstream, lookup.question.name))'"
    }
  }

  /// What asks the upstream without Postern, or, over TLS, shows its certificate.
  private static func trial(_ upstream: Upstream, _ name: DomainName) -> String {
    let port = upstream.port == upstream.transport.standardPort ? "" : " -p \(upstream.port)"
    switch upstream.transport {
    case .udp: return "dig @\(upstream.address)\(port) \(name)"
    case .tcp: return "dig +tcp @\(upstream.address)\(port) \(name)"
    case .tls:
      let identity = upstream.identity
      let wanted =
        identity.name.map { "-servername \($0) -verify_hostname \($0)" }
        ?? "-verify_ip \(upstream.address)"
      let roots = identity.roots.map { " -CAfile \($0)" } ?? ""
      return "openssl s_client -connect \(upstream.endpoint) -alpn dot \(wanted)\(roots)"
    }
  }

  init(_ policy: SetPolicy, _ state: SetState?, firstStep: String, now: Timestamp) {
    let (set, isGivenByTags) = (policy.name, policy.isGivenByTags)
    subject = "set \(set)"
    guard let state else {
      level = .unwise
      sentence = "it never published. Try: \(firstStep)"
      return
    }
    let isStale = state.status == .stale || now - state.checkedAt > state.maxStale
    switch state.status {
    case _ where isStale:
      level = .fault
      sentence =
        isGivenByTags
        ? "stale: its service tags were known to be current at \(state.checkedAt). Try: 'postern tags import' with this week's file"
        : "stale: the last good lookup was at \(state.checkedAt). Try: look at the upstreams above"
    case .held:
      level = .unwise
      sentence =
        "held: \(state.heldReasons.joined(separator: "; ")). Try: 'postern approve \(set)' if that is right"
    default:
      level = .good
      sentence =
        isGivenByTags
        ? "good, from service tags known to be current at \(state.checkedAt)"
        : "good, last looked up at \(state.checkedAt)"
    }
  }

  init(_ span: HistorySpan, _ settings: HistorySettings, now: Timestamp) {
    subject = "history"
    let growth = span.growthPerDay(at: now)
    // What keeps growing past its size shortens the past to less than was asked for.
    let days = growth.map { $0 > 0 ? settings.maxSize.value / $0 : .max } ?? .max
    let isGrowing = Duration.seconds(min(days, 100_000) * 86_400) < settings.keep.value
    // A day more: what is too old goes once a day.
    let isCut =
      span.isShortened && span.since.map { now - $0 < settings.keep.value - .seconds(86_400) } == true
    level = isGrowing || isCut ? .unwise : .good
    let cut =
      isCut
      ? ", less than keep (\(QuantityText.text(settings.keep.value))) asks for, as older moments were removed"
      : span.isShortened ? ", older ones were removed" : ""
    let since = span.since.map { "moments can be asked since \($0)\(cut)" } ?? "no moment can be asked yet"
    let replay = span.replayableSince.map { ", lookups replayed since \($0)" } ?? ""
    let rate = growth.map { ", \(QuantityText.text(octets: $0)) a day" } ?? ""
    sentence =
      "\(since)\(replay); it takes \(QuantityText.text(octets: span.size))\(rate)"
      + (!isGrowing
        ? "" : ", so maxSize holds about \(days) days. Try: a larger history.maxSize, or a shorter keep")
  }

  init(_ vantage: VantageReport) {
    subject = "vantage \(vantage.label)"
    level = vantage.fault == nil ? .good : .fault
    sentence =
      vantage.reason.isEmpty
      ? "believed; \(vantage.unique) of its \(vantage.addresses) addresses are given by no other"
      : vantage.reason
  }

  init(_ set: SetName, _ coverage: SetCoverage) {
    subject = "coverage of \(set)"
    if let warning = coverage.warning {
      level = .unwise
      sentence = "\(warning). Try: another upstream, which is another cache; 'postern names \(set)'"
    } else if let share = coverage.coverage {
      level = .good
      sentence = "\(share.percentage) of what new answers give, from \(coverage.known) questions"
    } else {
      level = .good
      sentence = "unknown until there are more answers"
    }
  }

  /// One line of JSON.
  var json: [UInt8] {
    var json = JSONText()
    json.beginObject()
    json.string(level.rawValue, "level")
    json.string(subject, "subject")
    json.string(sentence, "sentence")
    json.endObject()
    json.endLine()
    return json.bytes
  }
}
