package import Deciding

/// Learns data hosts from a registry, by the way an anonymous pull takes: the one source that works at a site without
/// logs. The registry chooses the host by the place it is asked from and by the day, so this finds what this site is
/// sent to, and other sites or tomorrow may be sent elsewhere.
package actor RegistryProbe {
  /// Where it asks.
  package nonisolated let registry: RegistryEndpoint
  /// What its sightings are labelled with, such as `registry:mcr.microsoft.com`.
  package nonisolated let label: String
  private let repositories: [RegistryRepository]
  private let roots: String?
  private let agent: String
  private let timeouts: ProbeTimeouts
  private let now: @Sendable () -> Timestamp
  private let sleep: @Sendable (Duration) async -> Void

  private var names: WatchedNames
  private var schedule: ProbeSchedule
  private var random: SplitMix
  /// The registry asked not to be asked before.
  private var notBefore: Timestamp?
  private var isAsking = false
  private var meter: RateMeter
  private var counts: SourceReport

  /// - Parameters:
  ///   - repositories: Small ones are kind to the registry; only manifests and one octet of a blob are fetched.
  ///   - every: The time between rounds, at least `ProbeSchedule.floor`.
  ///   - version: Of Postern, for the `User-Agent` field, by which a registry's operators can tell who asks.
  ///   - roots: A PEM file of authorities that are trusted beside the system's.
  ///   - seed: Of the jitter; nil for another one each time.
  ///   - sleep: Waits; returns early when the task is cancelled.
  package init(
    registry: RegistryEndpoint = .mcr, repositories: [RegistryRepository] = RegistryRepository.mcr,
    every: Duration = .seconds(6 * 3600), label: String? = nil, watching names: WatchedNames, version: String,
    roots: String? = nil, timeouts: ProbeTimeouts = ProbeTimeouts(), seed: UInt64? = nil,
    now: @escaping @Sendable () -> Timestamp,
    sleep: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) }
  ) {
    self.registry = registry
    self.repositories = repositories
    self.label = label ?? "registry:\(registry)"
    self.names = names
    self.roots = roots
    agent = "postern/\(version)"
    self.timeouts = timeouts
    self.now = now
    self.sleep = sleep
    schedule = ProbeSchedule(every: every)
    random = SplitMix(state: seed ?? UInt64.random(in: 0 ... .max))
    meter = RateMeter(at: now())
    counts = SourceReport(label: self.label, kind: "registry")
  }

  /// Watches other names from the next round on.
  package func watch(_ names: WatchedNames) { self.names = names }

  /// How it does: items are requests, and the fault is that of the last round if it found nothing.
  package var report: SourceReport {
    var report = counts
    report.rate = meter.rate(at: now())
    return report
  }

  /// Asks now and then until the task is cancelled, first after a few seconds.
  ///
  /// - Parameter deliver: Takes what a round found; it isn't called for nothing.
  package func run(_ deliver: @Sendable ([Sighting], [RelatedSighting]) async -> Void) async {
    await sleep(.milliseconds(Int64.random(in: 3000...8000, using: &random)))
    while !Task.isCancelled {
      let round = await round()
      if !round.sightings.isEmpty || !round.related.isEmpty {
        await deliver(round.sightings, round.related)
      }
      await sleep(schedule.wait(after: round, using: &random))
    }
  }

  /// Asks once for each repository, one after the other. While the registry wants to be left alone, and while another
  /// round runs, nothing is sent and the steps say so.
  package func round() async -> RegistryRound {
    let start = now()
    if let until = waiting(at: start) { return round(of: unsent(.waiting(until: until)), at: start) }
    isAsking = true
    defer { isAsking = false }
    let steps: [ProbeStep]
    do {
      steps = try await RegistryClient.with(
        registry: registry, agent: agent, roots: roots, timeouts: timeouts, now: now
      ) { [repositories, registry] client in
        await Self.walk(repositories, at: registry, through: client)
      }
    } catch {
      steps = unsent(.connection(error))
    }
    let round = round(of: steps, at: now())
    count(round)
    return round
  }

  /// Until when nothing may be sent; nil when something may.
  private func waiting(at now: Timestamp) -> Timestamp? {
    if isAsking { return now }
    // A clock that was set back must not stretch what the registry asked for.
    guard let notBefore, notBefore > now, notBefore - now <= RetryAfter.bounds.upperBound else { return nil }
    return notBefore
  }

  private static func walk(
    _ repositories: [RegistryRepository], at registry: RegistryEndpoint, through client: RegistryClient
  ) async -> [ProbeStep] {
    var steps = [ProbeStep]()
    for repository in repositories {
      var path = PullPath(repository, at: registry)
      while let request = path.request, !Task.isCancelled {
        do {
          path.receive(try await client.send(request))
        } catch {
          path.fail(await explained(error, by: client))
        }
      }
      steps += path.steps
      if Task.isCancelled || path.fault?.isOfRegistry == true { break }
    }
    return steps
  }

  /// Looks closer at a certificate that isn't believed.
  private static func explained(_ fault: ProbeFault, by client: RegistryClient) async -> ProbeFault {
    guard fault == .connection(.certificateUntrusted) else { return fault }
    return .connection(
      await CertificateLook.fault(of: client.registry, timeout: client.timeouts.connect, at: client.now()))
  }

  private func round(of steps: [ProbeStep], at now: Timestamp) -> RegistryRound {
    RegistryRound(steps, from: registry, watching: names, source: label, at: now)
  }

  /// The steps of a round in which nothing is sent.
  private func unsent(_ fault: ProbeFault) -> [ProbeStep] {
    repositories.prefix(1).map {
      ProbeStep(
        repository: $0, request: "", status: nil, outcome: nil, fault: fault, sample: nil, find: nil)
    }
  }

  private func count(_ round: RegistryRound) {
    let time = now()
    if let span = round.retryAfter { notBefore = time + span } else { notBefore = nil }
    let sent = round.steps.filter { !$0.request.isEmpty }
    counts.items += Int64(sent.count)
    counts.watched += round.sightings.reduce(0) { $0 + $1.count }
    counts.others += round.related.reduce(0) { $0 + $1.count }
    counts.fault = round.fault.map { "\(registry): \($0)" }
    for step in round.steps {
      guard let fault = step.fault else { continue }
      counts.refused[fault.name, default: 0] += 1
      counts.samples.append(RefusedSample(fault: fault.name, text: String("\(step)".prefix(200))))
    }
    counts.samples = counts.samples.suffix(8)
    if sent.contains(where: { $0.status != nil }) { counts.lastItemAt = time }
    meter.count(Int64(sent.count), at: time)
  }
}
