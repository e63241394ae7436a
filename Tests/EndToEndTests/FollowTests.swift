import Foundation
import TestTools
import Testing

extension EndToEnd {
  /// `postern apply --follow` and `postern serve`, a resolver and the kernel in one network namespace.
  @Suite(.timeLimit(.minutes(5))) struct FollowTests {
    private static func run(_ kind: String, _ script: String) async throws -> Tool.Outcome {
      try await Tool.withFolder { folder in
        try proxy.write(to: folder.appending(path: "proxy.py"), atomically: false, encoding: .utf8)
        return try await Tool.networkShell(
          prelude + script,
          [try Service.program(), folder.path, Tool.repository.appending(path: "scripts").path, kind])
      }
    }

    /// Stands between follower and server and spoils what the file `faults` says.
    private static let proxy = #"""
      import http.client, http.server, os
      def read(name):
        try: return open(name).read().split()
        except FileNotFoundError: return []
      seen = {}
      class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        def log_message(self, *words): open("requests", "a").write(self.path + "\n")
        def reply(self, status, body=b"", fields=(), short=0):
          self.send_response(status)
          for name, value in fields: self.send_header(name, value)
          self.send_header("Content-Length", str(len(body))); self.end_headers()
          self.wfile.write(body[:len(body) - short])
          if short: self.close_connection = True
        def do_GET(self):
          faults = read("faults")
          if "no-events" in faults and self.path.endswith("/events"): return self.reply(404)
          if "no-wait" in faults and "wait=" in self.path: return self.reply(400)
          if "unavailable" in faults: return self.reply(503)
          if "unsigned" in faults and self.path.endswith(".minisig"): return self.reply(404)
          if "replay" in faults and self.path in seen: return self.reply(*seen[self.path])
          server = http.client.HTTPConnection("127.0.0.1", 8053)
          fields = {name: self.headers[name] for name in ("authorization", "accept") if self.headers[name]}
          server.request("GET", self.path, headers=fields)
          answer = server.getresponse()
          if self.path.endswith("/events"):
            self.close_connection = True
            self.send_response(answer.status); self.send_header("Content-Type", answer.headers["content-type"]); self.end_headers()
            while piece := answer.read1(4096): self.wfile.write(piece); self.wfile.flush()
            return
          body = answer.read()
          fields = [(n, v) for n, v in answer.getheaders() if n.lower() in ("content-type", "repr-digest", "x-postern-generation")]
          if answer.status == 200 and "wait=" not in self.path and not faults: seen.setdefault(self.path, (200, body, fields))
          if "/snapshots/" in self.path and self.path.endswith(".txt"):
            if "cut" in faults: return self.reply(200, body, fields, short=4)
            if "shortened" in faults: body = body[:body.index(b"\n") + 1]
            if "changed" in faults: body, fields = body.replace(b"150.171.69.10", b"150.171.69.11"), []
          self.reply(answer.status, body, fields)
      server = http.server.ThreadingHTTPServer(("127.0.0.1", 9000), Handler)
      server.daemon_threads = True
      server.serve_forever()
      """#

    private static let prelude = #"""
      postern=$1 dir=$2 scripts=$3 kind=$4
      export SWIFT_BACKTRACE=enable=no HOME=$dir WORLD_TTL=1
      cd $dir
      ip link set lo up
      started=()
      trap 'for p in "${started[@]}"; do kill -9 $p 2>/dev/null || true; done; $scripts/world stop $dir/world 2>/dev/null || true' EXIT
      fail() { echo "FAILED: $*; log: $(tail -5 log); service: $(tail -5 serve.log)"; exit 1; }
      eventually() { for try in $(seq 500); do if "$@"; then return; fi; sleep 0.05; done; fail "$* did not come about; holds $(held | tr '\n' ' ')"; }
      held() {
        if [ "$kind" = --ipset ]; then ipset save mcr4 2>/dev/null | awk '$1 == "add" { print $3 }' | sort
        else nft -j list set inet postern mcr4 2>/dev/null | jq -r '.nftables[].set? | select(. != null) | .elem[]?' | sort; fi
      }
      has() { held | grep -qx $1; }
      flushed() { if [ "$kind" = --ipset ]; then ipset destroy; else nft flush ruleset; fi; }
      certificate() { # NAME AUTHORITY
        openssl ecparam -name prime256v1 -genkey -noout -out $1.key 2>> openssl.log
        if [ $1 = $2 ]; then openssl req -x509 -new -key $1.key -subj "/CN=$1" -days 30 -out $1.pem; return; fi
        openssl req -new -key $1.key -subj /CN=localhost -out $1.csr
        openssl x509 -req -in $1.csr -CA $2.pem -CAkey $2.key -CAcreateserial -days 30 \
          -extfile <(printf 'subjectAltName=IP:127.0.0.1,DNS:localhost\nextendedKeyUsage=serverAuth') -out $1.pem 2>> openssl.log
      }
      serial() { openssl x509 -noout -serial -in "$1"; }
      shown() { echo | openssl s_client -connect 127.0.0.1:8443 2>/dev/null | openssl x509 -noout -serial; }
      certificate ca ca; certificate other-ca other-ca; certificate one ca; certificate two ca
      cp one.pem tls.pem; cp one.key tls.key
      printf 'first-secret-of-the-gateway' > server.token; cp server.token client.token
      $scripts/world start $dir/world > world.out
      cat > postern.yaml <<YAML
      state: $dir/serve
      http:
        listen: ["127.0.0.1:8053", "https://127.0.0.1:8443"]
        access: restricted
        tls: { certificate: $dir/tls.pem, key: $dir/tls.key }
      upstreams: [{ address: "$(sed -n 's/^upstream //p' world.out)", name: world }]
      sets: { mcr: { profile: mcr-global, refresh: { floor: 300ms, ceiling: 1s }, retention: 2s } }
      tokens: [{ name: gateway, file: $dir/server.token, may: [read] }]
      YAML
      $postern key --config postern.yaml > server.pub
      $postern key --state $dir/another > other.pub
      $postern serve --config postern.yaml > serve.log 2>&1 & server=$!; started+=($server)
      python3 proxy.py > proxy.log 2>&1 & started+=($!)
      get() { curl -fsS -H "Authorization: Bearer $(cat server.token)" "http://127.0.0.1:8053$1"; }
      eventually get /v1/sets/mcr/version > /dev/null 2>&1
      follow() { # URL OPTION…
        url=$1; shift; : > log
        $postern apply mcr $kind --state $dir/gateway --token-file client.token --check 500ms --follow $url "$@" >> log 2>&1 &
        follower=$!; started+=($follower)
      }
      leave() { kill -9 $follower; wait $follower 2>/dev/null || true; }
      number=10
      move() { number=$((number + 2)); new=150.171.70.$number; $scripts/world address $dir/world 150.171.69.10 $new; }
      served() { get '/v1/sets/mcr.txt?aggregate=0&family=4' 2>/dev/null | grep -qx $new; }
      # What left DNS leaves the set after its retention, and then nothing changes by itself.
      settled() { [ "$(held | grep -c '\.')" = 2 ]; }
      arrives() { move; eventually has $new; eventually settled; }
      told() { grep -q "$1" log; }
      refuses() { # FAULT REASON: the next generation isn't taken, with the reason, until the fault is over
        : > log; eventually settled; before=$(held); echo "$1" > faults; move; eventually served
        eventually told "$2"; sleep 0.3
        [ "$(held)" = "$before" ] || fail "$1 changed the kernel: $(held)"
        : > faults; eventually has $new; eventually settled
      }

      """#

    @Test(
      "generations of a real service reach the kernel by events, long polls and polls, signed; a reload is repaired",
      arguments: ["--nft postern", "--ipset"])
    func channels(_ kind: String) async throws {
      let outcome = try await Self.run(
        kind,
        #"""
        follow http://127.0.0.1:8053 --key server.pub
        eventually has 150.171.69.10
        arrives; arrives
        flushed; eventually has $new; eventually told 'brought in step'
        leave
        echo no-events > faults; follow http://127.0.0.1:9000 --key "$(tail -1 server.pub)"
        arrives; grep -q 'follow.next=longPoll' log || fail "no long poll"
        grep -q 'wait=' requests || fail "no long poll was asked for"
        flushed; eventually has $new; leave
        echo no-events no-wait > faults; : > requests
        follow http://127.0.0.1:9000 --key server.pub --poll 200ms
        arrives; grep -q 'follow.next=polling' log || fail "no polls"
        [ $(grep -c '/version$' requests) -gt 2 ] || fail "no polls were made"
        # The service starts anew, with its history: what was taken stays, and the next generation comes.
        before=$(held); kill -9 $server; sleep 0.5; [ "$(held)" = "$before" ] || fail "the set left with the service"
        $postern serve --config postern.yaml > serve.log 2>&1 & server=$!; started+=($server)
        arrives
        echo done
        """#)
      #expect(outcome.lines.last == "done", "\(outcome.text)\(outcome.errors)")
    }

    @Test(
      "whatever is wrong with an answer leaves the kernel as it was, with the reason, and the next good one is taken"
    )
    func faults() async throws {
      let outcome = try await Self.run(
        "--nft postern",
        #"""
        follow http://127.0.0.1:9000 --key server.pub --poll 300ms
        eventually has 150.171.69.10; arrives
        refuses unavailable 'nothing trustworthy'
        refuses cut 'the connection broke\|Eof\|remoteConnectionClosed\|can.t be reached'
        refuses shortened 'does not have the digest'
        refuses changed 'not the one that was signed'
        refuses unsigned 'gave no signature'
        refuses replay 'offers generation [0-9]* after'
        # An older set also is none after a restart of the follower.
        leave; before=$(held); echo replay > faults; follow http://127.0.0.1:9000 --key server.pub
        eventually told 'offers generation [0-9]* after'; [ "$(held)" = "$before" ] || fail "it went back"
        : > faults; arrives; leave
        # Another key: nothing is taken, by a follower that has a set or has none.
        before=$(held); follow http://127.0.0.1:8053 --key other.pub; move; eventually served
        eventually told 'made with another key'; [ "$(held)" = "$before" ] || fail "another key"
        leave
        : > log; $postern apply mcr $kind --name fresh --state $dir/fresh --token-file client.token --key other.pub \
          --follow http://127.0.0.1:8053 >> log 2>&1 & follower=$!; started+=($follower)
        eventually told 'made with another key'
        [ -z "$(nft list sets | grep fresh)" ] || fail "a set by another key was made"
        echo done
        """#)
      #expect(outcome.lines.last == "done", "\(outcome.text)\(outcome.errors)")
    }

    @Test("over TLS only the right authority and token are taken, and both may be replaced while it goes on")
    func tls() async throws {
      let outcome = try await Self.run(
        "--nft postern",
        #"""
        follow https://127.0.0.1:8443 --ca other-ca.pem --key server.pub
        eventually told 'certificate is not trusted'; leave
        follow https://127.0.0.1:8443 --key server.pub
        eventually told 'certificate is not trusted'; leave
        [ -z "$(held)" ] || fail "a set was taken of somebody unknown"
        follow https://127.0.0.1:8443 --ca ca.pem --key server.pub
        eventually has 150.171.69.10; arrives
        # Another certificate of the same authority, while events are open.
        [ "$(shown)" = "$(serial one.pem)" ] || fail "first certificate"
        cp two.pem tls.pem; cp two.key tls.key; kill -HUP $server
        new_certificate() { [ "$(shown)" = "$(serial two.pem)" ]; }
        eventually new_certificate; arrives; arrives
        # A token that only the service knows, then both.
        before=$(held); : > log; printf 'second-secret-of-the-gateway' > server.token; kill -HUP $server
        eventually grep -q 'tokens were replaced' serve.log
        move; eventually served; eventually told 'to this token'
        [ "$(held)" = "$before" ] || fail "taken without a token"
        cp server.token client.token; eventually has $new; arrives
        # A certificate file that is half written changes nothing.
        head -c 100 two.pem > tls.pem; kill -HUP $server; sleep 0.5; arrives
        code=0; $postern apply mcr $kind --state $dir/gateway2 --follow https://127.0.0.1:8443 --ca server.pub 2> why || code=$?
        [ $code != 0 ] && grep -q 'no certificate can be read' why || fail "a CA that is none gave $code: $(cat why)"
        code=0; timeout 5 $postern apply mcr $kind --state $dir/gateway2 --follow http://192.0.2.1 --token-file client.token 2> why || code=$?
        [ $code = 2 ] && grep -q 'in the clear' why || fail "a token in the clear gave $code"
        echo done
        """#)
      #expect(outcome.lines.last == "done", "\(outcome.text)\(outcome.errors)")
    }
  }
}
