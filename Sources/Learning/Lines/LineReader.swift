import DNS

/// Reads the lines of one text, one after the other: some formats say at the top of a file, or in the line before, what
/// a line means.
package struct LineReader: Sendable {
  /// The built-in format; nil when a template says what lines are like.
  package let format: LineFormat?
  private var template: TemplateMatcher?
  private var dnsmasq = DnsmasqQueryLog()
  private var unbound = UnboundLog()
  private var resolved = ResolvedLog()
  private var adguard = AdGuardLog()
  private var zeek = ZeekLog()
  private var suricata = SuricataLog()
  private var nginx = NginxStreamLog()
  private var envoy = EnvoyLog()
  private var azure = AzureFirewallLog()
  private var route53 = Route53Log()

  /// Reads a built-in format.
  package init(_ format: LineFormat) { self.format = format }

  /// Reads what somebody described.
  package init(_ template: LineTemplate) {
    format = nil
    self.template = TemplateMatcher(template)
  }

  /// The format's name; `template` for one's own.
  package var name: String { format?.rawValue ?? "template" }

  /// Reads a line without its end.
  package mutating func read(
    _ line: UnsafeBufferPointer<UInt8>, watching names: WatchedNames
  ) -> LineReading {
    switch format {
    case .dnsmasq: dnsmasq.read(line, watching: names)
    case .unbound: unbound.read(line, watching: names)
    case .bind: BindQueryLog.read(line, watching: names)
    case .recursor: RecursorLog.read(line, watching: names)
    case .dnsdist: DnsdistLog.read(line, watching: names)
    case .coredns: CorednsLog.read(line, watching: names)
    case .resolved: resolved.read(line, watching: names)
    case .adguard: adguard.read(line, watching: names)
    case .windowsDNS: WindowsDNSLog.read(line, watching: names)
    case .zeek: zeek.read(line, watching: names)
    case .suricata: suricata.read(line, watching: names)
    case .squid: SquidLog.read(line, watching: names)
    case .nginx: nginx.read(line, watching: names)
    case .haproxy: HAProxyLog.read(line, watching: names)
    case .envoy: envoy.read(line, watching: names)
    case .containerRuntime: ContainerRuntimeLog.read(line, watching: names)
    case .azureFirewall: azure.read(line, watching: names)
    case .route53: route53.read(line, watching: names)
    case .hostnames: HostnameList.read(line, watching: names)
    case nil: template?.read(line, watching: names) ?? .skip
    }
  }

  /// The resolver that a client asked, of a line that was read as a name: only some formats tell it.
  func server(in line: UnsafeBufferPointer<UInt8>) -> IPAddress? {
    format == .bind ? BindQueryLog.server(in: line) : nil
  }

  /// Whether lines may tell which resolver was asked.
  var tellsServer: Bool { format == .bind }

  /// Whether lines may mean nothing without what stands at the top of their file.
  var needsHeader: Bool { format == .zeek }

  /// Takes from a file's beginning what the lines further down need, without reading names.
  mutating func readHeader(_ beginning: UnsafeBufferPointer<UInt8>) {
    var splitter = LineSplitter()
    _ = splitter.split(beginning) { zeek.readHeader($0) }
  }
}
