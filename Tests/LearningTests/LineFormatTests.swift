import DNS
import Deciding
import Testing

@testable import Learning

/// One line of each kind, and what a client could make of it.
@Suite struct LineFormatTests {
  struct Line: Sendable, CustomTestStringConvertible {
    let format: LineFormat
    let text: String
    let reading: LineReading
    var testDescription: String { "\(format) \(text)" }

    init(_ format: LineFormat, _ text: String, _ reading: LineReading) {
      self.format = format
      self.text = text
      self.reading = reading
    }
  }

  static func name(_ evidence: NameEvidence, _ label: String = "eastus") -> LineReading {
    .name(DomainName(canonical: "\(label).data.mcr.microsoft.com"), evidence)
  }

  static func read(_ line: String, _ format: LineFormat) -> LineReading {
    var reader = LineReader(format)
    return Array(line.utf8).withUnsafeBufferPointer { reader.read($0, watching: CaptureTests.watched) }
  }

  static let q = "eastus.data.mcr.microsoft.com"
  static let ub = "[1795422713] unbound[26668:0] "
  static let bind = "client @0x7f63e2232098 10.20.3.17#41854 "
  static let pdns = #"msg="Question" subsystem="syncres" level="0" "#
  static let dist = "[1795422890.27209617] "
  static let core = "[INFO] 10.20.3.17:40000 - 1000 "
  static let win = "11/23/2026 8:31:19 AM 0E70 PACKET  00000000033397A0 UDP "
  static let labels = "(6)eastus(4)data(3)mcr(9)microsoft(3)com(0)"
  static let hap =
    "<134>Nov 23 08:38:48 haproxy[6275]: 10.20.3.17:43838 [23/Nov/2026:08:38:48.753] fe be/s1 9/0/11 7095 -- 1/1/0/0/0 0/0"
  static let ngx = "10.20.3.17 [23/Nov/2026:08:38:48 +0000] TCP 200 7095 228 0.010 "
  static let sq = "1795423129.181     29 10.20.3.17 TCP_TUNNEL/200 7137 "
  static let istio =
    #"[2026-11-23T08:31:19.123Z] "- - -" 0 - - - "-" 1033 5120 82 - "-" "-" "-" "-" "198.51.100.1:443" outbound|443||x 10.0.0.1:5 10.0.0.2:443 10.0.0.3:6 "#

  @Test(
    "a line must be read as what its server meant",
    arguments: [
      Line(.unbound, ub + "info: 10.0.0.1 \(q). A IN", name(.asked)),
      Line(.unbound, ub + "query: fd00::1 \(q). TYPE65280 IN", name(.asked)),
      Line(.unbound, ub + "info: 10.0.0.1 \(q). A IN NOERROR 0.003675 0 163", name(.resolved)),
      Line(.unbound, ub + "reply: 10.0.0.1 \(q). A IN NXDOMAIN 0.003675 0 163", name(.denied)),
      Line(.unbound, ub + "reply: 10.0.0.1 \(q). A IN SERVFAIL 0.003675 0 0", name(.asked)),
      Line(.unbound, ub + "info: \(q). static 10.0.0.1@34290 \(q). A IN", name(.asked)),
      Line(.unbound, "Nov 23 08:31:19 unbound[26668:0] info: 10.0.0.1 \(q). A IN", name(.asked)),
      Line(.unbound, "2026-11-23T08:31:19.1+00:00 unbound[26668:0] info: 10.0.0.1 \(q). A IN", name(.asked)),
      Line(
        .unbound, "Nov 23 08:31:19 host unbound[26668]: [26668:0] info: 10.0.0.1 \(q). A IN", name(.asked)),
      Line(
        .unbound, "<30>1 2026-11-23T08:31:19Z h unbound 1 - - [26668:0] info: 10.0.0.1 \(q). A IN",
        name(.asked)),
      Line(.unbound, ub + "info: service stopped (unbound 1.17.1).", .skip),
      Line(.unbound, ub + "info: resolving \(q). A IN", .skip),
      Line(.unbound, ub + "info: validation failure <\(q). A IN>: x", .skip),
      Line(.unbound, ub + "query: 10.0.0.1 \(q). A", .malformed(.torn)),
      Line(.unbound, ub + "reply: 10.0.0.1 \(q). A IN", .malformed(.torn)),
      Line(.unbound, ub + "reply: 10.0.0.1 \(q). A IN NOERROR", .malformed(.torn)),
      Line(.unbound, ub + "query: 10.0.0.1 eas?us.data.mcr.microsoft.com. A IN", .malformed(.notHostname)),
      Line(.bind, bind + "(\(q)): query: \(q) IN A +E(0)K (10.20.0.53)", name(.asked)),
      Line(.bind, bind + "(\(q)): view internal: query: \(q) IN A - (10.20.0.53)", name(.asked)),
      Line(.bind, bind + "(\(q)): query: \(q) IN A +E(0)K (10.20.0.53) [ECS 192.0.2.0/24/0]", name(.asked)),
      Line(.bind, "client 10.0.0.1#5 (\(q)): query: \(q) IN A + (fd00::53)", name(.asked)),
      Line(
        .bind, "Nov 23 08:31:19 ns named[12]: client @0x1 10.0.0.1#5 (\(q)): query: \(q) IN A + (::1)",
        name(.asked)),
      Line(
        .bind,
        "Nov 23 08:31:19 ns named[12]: queries: info: client @0x1 10.0.0.1#5 (\(q)): query: \(q) IN A + (::1)",
        name(.asked)),
      Line(
        .bind,
        "2026-11-23T08:32:55.036Z queries: info: client @0x1 10.0.0.1#5 (\(q)): query: \(q) IN A + (::1)",
        name(.asked)),
      Line(
        .bind, "23-Nov-2026 08:32:55.036 client @0x1 10.0.0.1#5 (\(q)): query: \(q) IN A + (::1)",
        name(.asked)),
      Line(.bind, bind + "(\(q)): query failed (REFUSED) for \(q)/IN/A at query.c:5", .skip),
      Line(.bind, bind + "(\(q)): query: \(q) IN A +E(0)K", .malformed(.torn)),
      Line(
        .bind, bind + "(\(q)): query: other.data.mcr.microsoft.com IN A + (10.20.0.53)",
        .malformed(.ambiguous)),
      Line(.bind, "zone example.com/IN: loaded serial 5", .skip),
      Line(.recursor, pdns + #"qname="\#(q)" qtype="A" remote="10.0.0.1:5""#, name(.asked)),
      Line(.recursor, #"Nov 23 08:31:19 pdns_recursor[5]: "# + pdns + #"qname="\#(q)""#, name(.asked)),
      Line(
        .recursor, #"msg="Answer" subsystem="syncres" answers="0" qname="\#(q)" rcode="0" "#, name(.denied)),
      Line(
        .recursor, #"msg="Answer" subsystem="syncres" answers="4" qname="\#(q)" rcode="0" "#, name(.resolved)),
      Line(.recursor, #"msg="Answer" subsystem="syncres" answers="0" qname="\#(q)" rcode="2""#, name(.asked)),
      Line(.recursor, #"msg="Listening" subsystem="config" address="\#(q)""#, .skip),
      Line(.recursor, pdns + #"qname="\#(q)"#, .malformed(.torn)),
      Line(.recursor, pdns + #"qname="\#(q)" qname="other""#, .malformed(.ambiguous)),
      Line(.dnsdist, dist + "Packet from [fd00::1]:5 for \(q). AAAA with id 1", name(.asked)),
      Line(.dnsdist, "Packet from 10.0.0.1:5 for \(q). A with id 1", name(.asked)),
      Line(
        .dnsdist, "Nov 23 08:31:19 d dnsdist[4]: Packet from 10.0.0.1:5 for \(q). A with id 1", name(.asked)),
      Line(.dnsdist, dist + "Answer to 10.0.0.1:5 for \(q). A (No Error) with id 1", name(.resolved)),
      Line(
        .dnsdist, dist + "Answer to 10.0.0.1:5 for \(q). A (Non-Existent domain) with id 1", name(.denied)),
      Line(.dnsdist, dist + "Answer to 10.0.0.1:5 for \(q). A (Server Failure) with id 1", name(.asked)),
      Line(.dnsdist, dist + "Answer to 10.0.0.1:5 for \(q). A with id 1", .malformed(.torn)),
      Line(.dnsdist, dist + "Packet from 10.0.0.1:5 for \(q). A with id", .malformed(.torn)),
      Line(.coredns, core + #""A IN \#(q). udp 51 false 1232" NOERROR qr,rd 113 0.0001s"#, name(.resolved)),
      Line(.coredns, core + #""A IN \#(q). udp 51 false 1232" SERVFAIL qr,rd 113 0.0001s"#, name(.asked)),
      Line(
        .coredns,
        "2026-11-23T08:31:19.1Z stdout F " + core + #""A IN \#(q). udp 5 false 12" NXDOMAIN - 0 1s"#,
        name(.denied)),
      Line(.coredns, core + #""A IN \#(q). udp 51 false"#, .malformed(.torn)),
      Line(.coredns, "[INFO] plugin/reload: Running configuration", .skip),
      Line(.resolved, "Looking up RR for \(q) IN A.", name(.asked)),
      Line(.resolved, "Nov 23 08:31:19 h systemd-resolved[1]: Looking up RR for \(q) IN A.", name(.asked)),
      Line(
        .resolved,
        "Regular transaction 1 for <\(q) IN A> on scope dns on */* now complete with <success> from cache (unsigned; x).",
        name(.resolved)),
      Line(
        .resolved,
        "Regular transaction 1 for <\(q) IN A> on scope llmnr on v0/INET now complete with <success> from network (x).",
        .skip),
      Line(.resolved, "Following CNAME/DNAME \(q) → x.test.", .skip),
      Line(.windowsDNS, win + "Rcv 10.0.0.1    5b48   Q [0001   D   NOERROR] A      \(labels)", name(.asked)),
      Line(
        .windowsDNS, win + "Snd 10.0.0.1    5b48 R Q [8081   DR  NOERROR] A      \(labels)", name(.resolved)),
      Line(
        .windowsDNS, win + "Snd 10.0.0.1    5b48 R Q [8381   DR NXDOMAIN] A      \(labels)", name(.denied)),
      Line(.windowsDNS, win + "Snd 192.0.2.53  5b48   Q [0001   D   NOERROR] A      \(labels)", .skip),
      Line(.windowsDNS, win + "Rcv 192.0.2.53  5b48 R Q [8081   DR  NOERROR] A      \(labels)", .skip),
      Line(.windowsDNS, win + "Rcv 10.0.0.1    5b48   U [0028       NOERROR] SOA    \(labels)", .skip),
      Line(
        .windowsDNS, win + "Rcv 10.0.0.1    5b48   Q [0001   D   NOERROR] A      \(labels)x",
        .malformed(.torn)),
      Line(
        .windowsDNS, win + "Rcv 10.0.0.1    5b48   Q [0001   D   NOERROR] A      (6)eastus(4)data",
        .malformed(.torn)),
      Line(.squid, sq + "CONNECT \(q):443 - HIER_DIRECT/198.51.100.11 -", name(.resolved)),
      Line(
        .squid, "Nov 23 08:31:19 p (squid-1)[7]: " + sq + "CONNECT \(q):8443 bob HIER_DIRECT/198.51.100.11 -",
        name(.resolved)),
      Line(.squid, sq + "GET http://\(q)/ - HIER_DIRECT/198.51.100.11 text/html", .skip),
      Line(.squid, sq + "CONNECT \(q):443 - HIER_DIRECT/198.51.100.11", .malformed(.torn)),
      Line(.squid, sq + "CONNECT \(q) - HIER_DIRECT/198.51.100.11 -", .malformed(.torn)),
      Line(.nginx, ngx + #""\#(q)" "127.0.0.1:4433""#, name(.resolved)),
      Line(.nginx, ngx + #""" "127.0.0.1:4433""#, .skip),
      Line(.nginx, ngx + #""\#(q)""#, .malformed(.torn)),
      Line(.nginx, #"{"remote_addr":"10.0.0.1","ssl_preread_server_name":"\#(q)"}"#, name(.resolved)),
      Line(.haproxy, hap + " sni:\(q)", name(.resolved)),
      Line(.haproxy, hap + " sni:-", .skip), Line(.haproxy, hap, .skip),
      Line(.haproxy, hap + " x:\(q)", .skip),
      Line(.envoy, istio + "\(q) -", name(.resolved)), Line(.envoy, istio + "- -", .skip),
      Line(.envoy, istio + "\(q)", .malformed(.torn)),
      Line(.envoy, #"{"requested_server_name":"\#(q)","route_name":null}"#, name(.resolved)),
      Line(.envoy, #"{"requested_server_name":null,"route_name":null}"#, .skip),
      Line(
        .suricata,
        #"{"timestamp":"t","event_type":"dns","dns":{"version":3,"type":"request","queries":[{"rrname":"\#(q)","rrtype":"A"}]}}"#,
        name(.asked)),
      Line(
        .suricata,
        #"{"event_type":"dns","dns":{"version":3,"type":"response","rcode":"NXDOMAIN","queries":[{"rrname":"\#(q)"}],"answers":[{"rrname":"x"}]}}"#,
        name(.denied)),
      Line(.suricata, #"{"event_type":"quic","quic":{"sni":"\#(q)"}}"#, name(.resolved)),
      Line(.suricata, #"{"event_type":"http","http":{"hostname":"\#(q)"},"dns":{"rrname":"\#(q)"}}"#, .skip),
      Line(
        .suricata, #"{"event_type":"tls","event_type":"dns","tls":{"sni":"\#(q)"}}"#, .malformed(.ambiguous)),
      Line(.adguard, #"{"QH":"\#(q)","Answer":"Qz+BgwABAAAAAAAA","Result":{}}"#, name(.denied)),
      Line(
        .adguard, #"{"QH":"\#(q)","Answer":"Qz+BgAABAAEAAAAA","Result":{"IsFiltered":true}}"#, name(.asked)),
      Line(.adguard, #"{"QH":"\#(q)","Answer":"","Result":{}}"#, name(.asked)),
      Line(.route53, #"{"query_name":"\#(q).","rcode":"NXDOMAIN"}"#, name(.denied)),
      Line(
        .azureFirewall, #"{"properties":{"QueryName":"\#(q).","ResponseCode":"NXDOMAIN"}}"#, name(.denied)),
      Line(
        .azureFirewall,
        #"{"properties":{"msg":"DNS Request: 10.0.0.1:5 - 6 A IN \#(q). udp 5 false 512 NOERROR qr 1"}}"#,
        .malformed(.torn)),
      Line(.containerRuntime, #"time="t" level=error msg="x: Get \"https://\#(q)/v2/\": EOF""#, name(.asked)),
      Line(
        .containerRuntime, #"time="t" level=error msg="Get https://a.example/ and https://\#(q):443/""#,
        name(.asked)),
      Line(.containerRuntime, #"time="t" level=info msg="started""#, .skip),
      Line(.zeek, "1795422679.1\tC1\t10.0.0.1\t5\t\(q)", .malformed(.noHeader)),
      Line(.zeek, #"{"ts":1.5,"id.orig_h":"10.0.0.1","query":"\#(q)"}"#, name(.asked)),
      Line(
        .zeek, #"{"ts":1.5,"id.orig_h":"10.0.0.1","query":"\#(q)","rcode_name":"NOERROR"}"#, name(.denied)),
    ])
  func readsLines(_ line: Line) {
    #expect(Self.read(line.text, line.format) == line.reading)
  }

  static let f = "forged.data.mcr.microsoft.com"

  @Test(
    "what a client writes into a name must not make another name",
    arguments: [
      (.unbound, ub + "info: 10.0.0.1 x 10.0.0.1 \(f). A IN"),
      (.unbound, ub + "query: 10.0.0.1 \(f). A IN.evil.example. A IN"),
      (.unbound, ub + "info: \(f). A IN"), (.unbound, ub + "info: x info: 10.0.0.1 \(f). A IN"),
      (.unbound, "x unbound[1:0] info: 10.0.0.1 \(f). A IN"),
      (.unbound, "Nov 23 08:31:19 sshd[5]: unbound[5]: [1:0] info: 10.0.0.1 \(f). A IN"),
      (.unbound, ub + "reply: 10.0.0.1 a?\(f). A IN NOERROR 0.0 0 5"),
      (.bind, bind + "(\(f)): query: x IN A + (::1)"), (.bind, bind + "(x): query: \(f) IN A + (::1)"),
      (.bind, bind + "(\(f)): query: \(f).evil.example IN A + (::1)"),
      (
        .bind,
        bind + #"(x\): query: \#(f) IN A + \(::1\)): query: x\): query: \#(f) IN A + \(::1\) IN A + (::1)"#
      ),
      (.bind, bind + "(a b): query: \(f) IN A + (::1)): query: \(f) IN A + (::1)"),
      (.bind, "other: client @0x1 10.0.0.1#5 (\(f)): x: client (\(f)): query: \(f) IN A + (::1)"),
      (.recursor, pdns + #"qname="x\" qname=\"\#(f)" qtype="A""#),
      (.recursor, pdns + #"qname="\#(f)\\.evil.example" qtype="A""#),
      (.recursor, pdns + #"qname="x\\" qname="\#(f)""#),
      (.recursor, #"x msg="Question" subsystem="syncres" qname="\#(f)""#),
      (.dnsdist, dist + "Packet from 10.0.0.1:5 for x Packet from 10.0.0.1:5 for \(f). A with id 5"),
      (.dnsdist, dist + "Packet from 10.0.0.1:5 for \(f). A with id 5.evil.example. A with id 5"),
      (.dnsdist, dist + #"Packet from 10.0.0.1:5 for a\032\#(f). A with id 5"#),
      (.coredns, core + #""A IN x \#(f). udp 51 false 1232" NOERROR qr,rd 113 0.0001s"#),
      (
        .coredns,
        core
          + #""A IN \#(f). udp 51 false 1232" NOERROR qr 1 1s.evil.example. udp 5 false 12" NXDOMAIN - 0 1s"#
      ),
      (.coredns, core + #""A IN evil.example" "A IN \#(f). udp 51 false 1232" NOERROR qr 1 1s"#),
      (.resolved, #"Looking up RR for a\032\#(f) IN A."#),
      (.resolved, "Looking up RR for x Looking up RR for \(f) IN A."),
      (
        .resolved,
        "Regular transaction 1 for <x> on scope dns on <\(f) IN A> on scope dns on */* now complete with <success> from x"
      ),
      (.windowsDNS, win + "Rcv 10.0.0.1 5b48   Q [0001   D   NOERROR] A   (31)\(f)(4)evil(0)"),
      (
        .windowsDNS,
        win + "Rcv 10.0.0.1 5b48   Q [0001   D   NOERROR] A   (8)a.forged(4)data(3)mcr(9)microsoft(3)com(0)"
      ),
      (
        .windowsDNS,
        win
          + "Rcv 10.0.0.1 5b48   Q [0001   D   NOERROR] A   (14)](6)forged(0)(4)data(3)mcr(9)microsoft(3)com(0)"
      ),
      (.squid, sq + "CONNECT x CONNECT \(f):443 - HIER_DIRECT/198.51.100.11 -"),
      (.squid, sq + "GET http://x/%20CONNECT%20\(f):443 - HIER_DIRECT/198.51.100.11 -"),
      (
        .squid,
        #"10.20.3.17 - - [23/Nov/2026:08:38:49 +0000] "GET x" "CONNECT \#(f):443 HTTP/1.1" 200 7137 "-" "c" TCP_TUNNEL:HIER_DIRECT"#
      ),
      (
        .squid,
        #"10.20.3.17 - bob" [ "CONNECT \#(f):443 HTTP/1.1" 200 1 [x] "CONNECT y:443 HTTP/1.1" 200 7137 "-" "c" TCP_TUNNEL:HIER_DIRECT"#
      ),
      (.nginx, ngx + #""x" "\#(f)" "127.0.0.1:4433""#),
      (.nginx, ngx + #""x\x22 \x22\#(f)" "127.0.0.1:4433""#),
      (.nginx, #"{"remote":"x","sni":"a","sni":"\#(f)"}"#),
      (.haproxy, hap + " sni:x sni:\(f)"), (.haproxy, hap + " x sni:\(f)"),
      (
        .haproxy,
        "Nov 23 08:38:48 sshd[1]: haproxy[6275]: 10.20.3.17:43838 [x] fe be/s1 9/0/11 7095 -- 1/1/0/0/0 0/0 sni:\(f)"
      ),
      (.envoy, istio + "x \(f) -"), (.envoy, istio + "\(f) - -"),
      (.envoy, istio + #"x" c 1.1.1.1:1 1.1.1.1:1 1.1.1.1:1 \#(f) - -"#),
      (
        .suricata,
        #"{"event_type":"dns","dns":{"type":"answer","rrname":"x","answers":[{"rrname":"\#(f)"}]}}"#
      ),
      (.suricata, #"{"event_type":"dns","dns":{"type":"query","rrname":"x\",\"rrname\":\"\#(f)"}}"#),
      (.suricata, #"{"event_type":"dns","dns":{"type":"query","rrname":"x","rrname":"\#(f)"}}"#),
      (.suricata, #"{"event_type":"dns","dns":{"type":"query","rrname":"a\\.\#(f)"}}"#),
      (.suricata, #"{"event_type":"dns","dns":{"type":"query","rrname":"a\u0000\#(f)"}}"#),
      (.suricata, #"{"event_type":"dns","dns":{"type":"query","rrname":"\#(f)""#),
      (.adguard, #"{"QH":"x","Upstream":"\"QH\":\"\#(f)\""}"#),
      (.adguard, #"{"x":{"QH":"\#(f)"}}"#), (.adguard, #"{"QH":["\#(f)"]}"#),
      (.route53, #"{"query_name":"x","answers":[{"Rdata":"\#(f).","Type":"CNAME"}]}"#),
      (
        .azureFirewall,
        #"{"properties":{"msg":"DNS Request: 10.0.0.1:5 - 6 A IN x \#(f). udp 5 false 512 NOERROR qr 1 0.1s"}}"#
      ),
      (
        .azureFirewall,
        #"{"properties":{"msg":"x DNS Request: 10.0.0.1:5 - 6 A IN \#(f). udp 5 false 512 NOERROR qr 1 0.1s"}}"#
      ),
      (.containerRuntime, #"time="t" level=error msg="Get \"https://user@\#(f)/\"""#),
      (.containerRuntime, #"time="t" level=error msg="https://\#(f).evil.example/""#),
      (.containerRuntime, "x https://\(f)/"),
      (.containerRuntime, #"time="t" level=error msg="https://\#(f)"#),
      (.zeek, #"{"id.orig_h":"10.0.0.1","query":"x","answers":["\#(f)"]}"#),
      (.hostnames, "x \(f)"), (.hostnames, "https://\(f)"),
    ] as [(LineFormat, String)])
  func refusesForgedLines(_ format: LineFormat, _ line: String) {
    if case .name(let name, _) = Self.read(line, format) { Issue.record("learned \(name)") }
    // Nor for any other reader that somebody might take.
    for other in LineFormat.allCases where other != .hostnames {
      if case .name(let name, _) = Self.read(line, other) { Issue.record("\(other) learned \(name)") }
    }
  }

  @Test(
    "a control character, an escape or another alphabet in a name must not pass for a hostname",
    arguments: [
      "\r\(f)", "\(f)\r", "a\u{1b}[1m\(f)", "fo\u{f6}rged.data.mcr.microsoft.com",
      "f\u{43e}rged.data.mcr.microsoft.com",
      "*.data.mcr.microsoft.com", "_x.data.mcr.microsoft.com", "-x.data.mcr.microsoft.com",
      "a?b.data.mcr.microsoft.com",
      "a%2eb.data.mcr.microsoft.com", "..data.mcr.microsoft.com",
    ])
  func refusesOddNames(_ name: String) {
    let lines: [(LineFormat, String)] = [
      (.unbound, Self.ub + "query: 10.0.0.1 \(name). A IN"),
      (.bind, Self.bind + "(\(name)): query: \(name) IN A + (::1)"),
      (.recursor, Self.pdns + #"qname="\#(name)""#),
      (.dnsdist, Self.dist + "Packet from 10.0.0.1:5 for \(name). A with id 1"),
      (.coredns, Self.core + #""A IN \#(name). udp 51 false 1232" NOERROR qr,rd 113 0.0001s"#),
      (.squid, Self.sq + "CONNECT \(name):443 - HIER_DIRECT/198.51.100.11 -"),
      (.haproxy, Self.hap + " sni:\(name)"), (.nginx, Self.ngx + "\"\(name)\" \"127.0.0.1:1\""),
      (.envoy, Self.istio + "\(name) -"), (.resolved, "Looking up RR for \(name) IN A."),
      (.route53, #"{"query_name":"\#(name)"}"#), (.adguard, #"{"QH":"\#(name)"}"#),
    ]
    for (format, line) in lines {
      if case .name(let name, _) = Self.read(line, format) { Issue.record("\(format) learned \(name)") }
    }
  }

  @Test("the names that people type must stay what they are")
  func keepsFormatNames() {
    #expect(
      LineFormat.allCases.map(\.rawValue) == [
        "dnsmasq", "unbound", "bind", "pdns-recursor", "dnsdist", "coredns", "resolved", "adguard",
        "windows-dns",
        "zeek", "suricata", "squid", "nginx", "haproxy", "envoy", "container-runtime", "azure-firewall",
        "route53",
        "hostnames",
      ])
    for format in LineFormat.allCases { #expect(!format.title.isEmpty) }
  }

  @Test("a reader that begins in the middle of Zeek's log needs only the file's top")
  func readsHeader() throws {
    let octets = try Fixture.octets("zeek-dns.log")
    var reader = LineReader(.zeek)
    octets.withUnsafeBufferPointer { reader.readHeader(UnsafeBufferPointer(rebasing: $0.prefix(900))) }
    let line = try #require(octets.split(separator: 0x0a).first { $0.first == UInt8(ascii: "1") })
    let reading = Array(line).withUnsafeBufferPointer { reader.read($0, watching: CaptureTests.watched) }
    #expect(reading == Self.name(.resolved, "westeurope"))
    let torn = Array(line.dropLast(12)).withUnsafeBufferPointer {
      reader.read($0, watching: CaptureTests.watched)
    }
    #expect(torn == .malformed(.torn))
  }
}
