/// The line formats that are built in, each under the name by which the configuration and the command call it.
package enum LineFormat: String, Sendable, Hashable, CaseIterable {
  /// dnsmasq's query log, and Pi-hole's.
  case dnsmasq
  /// What Unbound logs of clients.
  case unbound
  /// BIND's query log.
  case bind
  /// PowerDNS Recursor's log.
  case recursor = "pdns-recursor"
  /// What dnsdist's log actions write.
  case dnsdist
  /// What CoreDNS's `log` plugin writes.
  case coredns
  /// What systemd-resolved tells.
  case resolved
  /// AdGuard Home's query log.
  case adguard
  /// The debug log of Windows' DNS server.
  case windowsDNS = "windows-dns"
  /// Zeek's logs of DNS and TLS.
  case zeek
  /// Suricata's events of DNS, TLS and QUIC.
  case suricata
  /// Squid's access log.
  case squid
  /// The log of nginx's stream module.
  case nginx
  /// HAProxy's log with SNI.
  case haproxy
  /// Envoy's access log with SNI.
  case envoy
  /// What dockerd and containerd log.
  case containerRuntime = "container-runtime"
  /// The DNS proxy's log of Azure Firewall.
  case azureFirewall = "azure-firewall"
  /// The query log of Route 53 Resolver.
  case route53
  /// One hostname a line; what fits nothing else is read as this.
  case hostnames

  /// For people: whose log it is, and with which setting.
  package var title: String {
    switch self {
    case .dnsmasq: "dnsmasq's or Pi-hole's query log (log-queries, also extra or proto)"
    case .unbound: "Unbound's log (log-queries, log-replies, log-local-actions)"
    case .bind: "BIND's query log (querylog yes)"
    case .recursor: "PowerDNS Recursor's log (quiet=no, structured logging)"
    case .dnsdist: "dnsdist's log (LogAction, LogResponseAction)"
    case .coredns: "CoreDNS's log plugin"
    case .resolved: "systemd-resolved (resolvectl monitor --json=short, or its debug log)"
    case .adguard: "AdGuard Home's querylog.json"
    case .windowsDNS: "Windows DNS server's debug log"
    case .zeek: "Zeek's dns.log or ssl.log, tab-separated or JSON"
    case .suricata: "Suricata's EVE log, dns, tls and quic events"
    case .squid: "Squid's access log, native or combined (CONNECT)"
    case .nginx: "nginx's stream log with $ssl_preread_server_name, text or JSON"
    case .haproxy: "HAProxy's log through syslog, tcplog with sni:NAME at its end"
    case .envoy: "Envoy's access log with %REQUESTED_SERVER_NAME%, Istio's text or JSON"
    case .containerRuntime: "dockerd's or containerd's log (https://HOST/ in messages)"
    case .azureFirewall: "Azure Firewall's DNS proxy log (AZFWDnsQuery, AzureFirewallDnsProxy)"
    case .route53: "Amazon Route 53 Resolver's query log"
    case .hostnames: "a list of hostnames, one a line, # for comments"
    }
  }

  /// Whether it is written by the server that clients ask, so that all of it is about one resolver: what watches a network
  /// also sees what resolvers ask each other.
  package var isOfResolver: Bool {
    switch self {
    case .dnsmasq, .unbound, .bind, .recursor, .dnsdist, .coredns, .resolved, .adguard, .windowsDNS,
      .azureFirewall,
      .route53:
      true
    case .zeek, .suricata, .squid, .nginx, .haproxy, .envoy, .containerRuntime, .hostnames: false
    }
  }

  /// Whether a line is surely this format's, whatever it says. No line is surely two formats'.
  func recognises(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
    switch self {
    case .dnsmasq: DnsmasqQueryLog.isItsLine(line)
    case .unbound: UnboundLog.isItsLine(line)
    case .bind: BindQueryLog.isItsLine(line)
    case .recursor: RecursorLog.isItsLine(line)
    case .dnsdist: DnsdistLog.isItsLine(line)
    case .coredns: CorednsLog.isItsLine(line)
    case .resolved: ResolvedLog.isItsLine(line)
    case .adguard: AdGuardLog.isItsLine(line)
    case .windowsDNS: WindowsDNSLog.isItsLine(line)
    case .zeek: ZeekLog.isItsLine(line)
    case .suricata: SuricataLog.isItsLine(line)
    case .squid: SquidLog.isItsLine(line)
    case .nginx: NginxStreamLog.isItsLine(line)
    case .haproxy: HAProxyLog.isItsLine(line)
    case .envoy: EnvoyLog.isItsLine(line)
    case .containerRuntime: ContainerRuntimeLog.isItsLine(line)
    case .azureFirewall: AzureFirewallLog.isItsLine(line)
    case .route53: Route53Log.isItsLine(line)
    case .hostnames: HostnameList.isItsLine(line)
    }
  }
}
