/// What the command line says about the configuration; each wins over the environment and the file.
struct ConfigurationOverrides: Sendable {
  /// `--listen`, as often as it was given.
  var listen: [String]
  /// `--upstream`, as often as it was given.
  var upstreams: [String]
  /// `--state`.
  var state: String?

  init(listen: [String] = [], upstreams: [String] = [], state: String? = nil) {
    self.listen = listen
    self.upstreams = upstreams
    self.state = state
  }
}

extension Configuration {
  /// The configuration with what the environment and then the command line say put over it.
  func overridden(
    by overrides: ConfigurationOverrides, environment: [String: String], collector: ProblemCollector
  ) -> Configuration {
    func texts(_ given: [String], option: String, variable: String) -> (texts: [String], origin: Origin)? {
      if !given.isEmpty { return (given, .commandLine(option)) }
      let texts =
        environment[variable]?.split(whereSeparator: { $0 == "," || $0 == " " }).map(String.init) ?? []
      return texts.isEmpty ? nil : (texts, .environment(variable))
    }
    func values<Value>(
      _ source: (texts: [String], origin: Origin)?, _ key: String, _ grammar: ValueGrammar<Value>
    ) -> Setting<[Value]>? {
      guard let source else { return nil }
      let values = source.texts.compactMap { text -> Value? in
        do throws(ValueRejection) { return try grammar.read(text) } catch {
          collector.add(error.kind, source.origin, path: key, error.sentence, remedy: error.remedy)
          return nil
        }
      }
      return Setting(values, source.origin)
    }
    let state = values(
      texts(overrides.state.map { [$0] } ?? [], option: "--state", variable: "POSTERN_STATE"), "state", .path)
    let listen = values(
      texts(overrides.listen, option: "--listen", variable: "POSTERN_LISTEN"), "http.listen", .listenAddress)
    let upstreams = values(
      texts(overrides.upstreams, option: "--upstream", variable: "POSTERN_UPSTREAM"), "upstreams", .upstream)
    return Configuration(
      file: file,
      state: state.flatMap { setting in setting.value.first.map { Setting($0, setting.origin) } }
        ?? self.state,
      listen: listen ?? self.listen, http: http, upstreams: upstreams?.map { .some($0) } ?? self.upstreams,
      sets: sets,
      formats: formats, sources: sources, limits: limits, history: history, tokens: tokens,
      templates: templates, push: push, webhooks: webhooks,
      serviceTags: serviceTags, sharedRanges: sharedRanges)
  }
}
