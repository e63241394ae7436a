import Foundation
import TestTools

/// Real servers of Debian that send dnstap, each before the same authority.
enum LiveTapServer: String, CaseIterable, Sendable {
  case unbound
  case unboundUnidirectional = "unbound, unidirectional"
  case unboundTCP = "unbound over TCP"
  case named = "BIND"
  case dnsdist
  case dnsdistTCP = "dnsdist over TCP"
  case kresd = "Knot Resolver"
  case recursor = "PowerDNS Recursor"

  var usesTCP: Bool { self == .unboundTCP || self == .dnsdistTCP }

  /// PowerDNS Recursor tells only what it asks others.
  var tellsClients: Bool { self != .recursor }

  /// Starts it on `port` of loopback; `tap` is the path of the unix socket, or `127.0.0.1:port`.
  func start(port: UInt16, authority: UInt16, tap: String) throws -> RealServer {
    switch self {
    case .unbound, .unboundUnidirectional, .unboundTCP: try unbound(port, authority, tap)
    case .named: try named(port, authority, tap)
    case .dnsdist, .dnsdistTCP: try dnsdist(port, authority, tap)
    case .kresd: try kresd(port, authority, tap)
    case .recursor: try recursor(port, authority, tap)
    }
  }

  /// An authority for the names that the tests ask.
  static func authority(port: UInt16) throws -> RealServer {
    let configuration = """
      server:
        ip-address: 127.0.0.1@\(port)
        username: ""
        chroot: ""
        zonesdir: "@FOLDER@"
        database: ""
        pidfile: ""
        xfrdfile: "@FOLDER@/xfrd"
        zonelistfile: "@FOLDER@/zones"
        server-count: 1
        rrl-ratelimit: 0
      remote-control:
        control-enable: no
      zone:
        name: "microsoft.com"
        zonefile: "zone"
      """
    let zone = """
      $TTL 60
      @ SOA ns.world.test. admin.world.test. 1 3600 600 86400 60
      @ NS ns.world.test.
      ready A 192.0.2.1
      eastus.data.mcr CNAME edge
      westeurope.data.mcr CNAME edge
      own CNAME edge
      edge A 150.171.69.10
      edge A 150.171.70.10
      edge AAAA 2603:1061:f:100::10

      """
    return try RealServer("nsd", files: ["nsd.conf": configuration, "zone": zone]) {
      ["-d", "-c", $0.appending(path: "nsd.conf").path]
    }
  }

  private func unbound(_ port: UInt16, _ authority: UInt16, _ tap: String) throws -> RealServer {
    let place =
      usesTCP
      ? "  dnstap-ip: \"\(tap.replacing(":", with: "@"))\"\n  dnstap-tls: no"
      : "  dnstap-socket-path: \"\(tap)\""
    let configuration = """
      server:
        interface: 127.0.0.1
        port: \(port)
        username: ""
        chroot: ""
        directory: "@FOLDER@"
        pidfile: ""
        use-syslog: no
        do-daemonize: no
        do-not-query-localhost: no
        module-config: "iterator"
        num-threads: 1
      remote-control:
        control-enable: no
      dnstap:
        dnstap-enable: yes
        dnstap-bidirectional: \(self == .unboundUnidirectional ? "no" : "yes")
      \(place)
        dnstap-log-client-query-messages: yes
        dnstap-log-client-response-messages: yes
        dnstap-log-resolver-query-messages: yes
        dnstap-log-resolver-response-messages: yes
      stub-zone:
        name: "microsoft.com"
        stub-addr: 127.0.0.1@\(authority)
      """
    return try RealServer("unbound", files: ["unbound.conf": configuration]) {
      ["-d", "-c", $0.appending(path: "unbound.conf").path]
    }
  }

  private func named(_ port: UInt16, _ authority: UInt16, _ tap: String) throws -> RealServer {
    let configuration = """
      options {
        directory "@FOLDER@";
        listen-on port \(port) { 127.0.0.1; };
        listen-on-v6 { none; };
        pid-file none;
        session-keyfile none;
        recursion yes;
        allow-recursion { 127.0.0.1; };
        dnssec-validation no;
        dnstap { client; resolver; };
        dnstap-output unix "\(tap)";
      };
      controls { };
      zone "microsoft.com" { type forward; forward only; forwarders { 127.0.0.1 port \(authority); }; };
      """
    return try RealServer("named", files: ["named.conf": configuration]) {
      ["-g", "-c", $0.appending(path: "named.conf").path]
    }
  }

  private func dnsdist(_ port: UInt16, _ authority: UInt16, _ tap: String) throws -> RealServer {
    let logger = usesTCP ? "newFrameStreamTcpLogger" : "newFrameStreamUnixLogger"
    let configuration = """
      setLocal("127.0.0.1:\(port)")
      setACL("127.0.0.0/8")
      setSecurityPollSuffix("")
      newServer({address="127.0.0.1:\(authority)"}):setUp()
      local tap = \(logger)("\(tap)")
      addAction(AllRule(), DnstapLogAction("dnsdist", tap))
      addResponseAction(AllRule(), DnstapLogResponseAction("dnsdist", tap))
      """
    return try RealServer("dnsdist", files: ["dnsdist.conf": configuration]) {
      ["--supervised", "--disable-syslog", "-C", $0.appending(path: "dnsdist.conf").path]
    }
  }

  private func kresd(_ port: UInt16, _ authority: UInt16, _ tap: String) throws -> RealServer {
    let configuration = """
      net.listen('127.0.0.1', \(port), { kind = 'dns' })
      trust_anchors.remove('.')
      modules.unload('ta_update')
      cache.open(10 * MB, 'lmdb://@FOLDER@/cache')
      modules.load('dnstap')
      dnstap.config({ socket_path = '\(tap)', client = { log_queries = true, log_responses = true } })
      policy.add(policy.suffix(policy.STUB({'127.0.0.1@\(authority)'}), policy.todnames({'microsoft.com'})))
      """
    return try RealServer("kresd", files: ["kresd.conf": configuration]) {
      ["-n", "-c", $0.appending(path: "kresd.conf").path, $0.path]
    }
  }

  private func recursor(_ port: UInt16, _ authority: UInt16, _ tap: String) throws -> RealServer {
    let configuration = """
      local-address=127.0.0.1
      local-port=\(port)
      socket-dir=@FOLDER@
      config-dir=@FOLDER@
      setuid=
      setgid=
      daemon=no
      write-pid=no
      dnssec=off
      security-poll-suffix=
      dont-query=
      forward-zones=microsoft.com=127.0.0.1:\(authority)
      lua-config-file=@FOLDER@/tap.lua
      threads=1
      """
    let script = "dnstapFrameStreamServer({\"\(tap)\"}, {logQueries=true, logResponses=true})"
    return try RealServer("pdns_recursor", files: ["recursor.conf": configuration, "tap.lua": script]) {
      ["--config-dir=\($0.path)"]
    }
  }
}
