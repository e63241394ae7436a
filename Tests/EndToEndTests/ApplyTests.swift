import Foundation
import TestTools
import Testing

extension EndToEnd {
  /// `postern apply` against the kernel, in namespaces of its own.
  @Suite(.timeLimit(.minutes(5))) struct ApplyTests {
    /// `$1` is the command, `$2` a folder, `$3` how it is called: `--nft postern` or `--ipset`.
    private static func run(_ kind: String, _ script: String) async throws -> Tool.Outcome {
      try await Tool.withFolder { folder in
        try ScriptedSetServer.python.write(
          to: folder.appending(path: "server.py"), atomically: false, encoding: .utf8)
        return try await Tool.networkShell(
          prelude + script, [try Service.program(), folder.path, kind])
      }
    }

    private static let prelude = #"""
      postern=$1 dir=$2 kind=$3
      export SWIFT_BACKTRACE=enable=no HOME=$dir
      cd $dir
      ip link set lo up
      started=()
      trap 'for p in "${started[@]}"; do kill -9 $p 2>/dev/null || true; done' EXIT
      apply() { $postern apply mcr $kind --state $dir/state "$@"; }
      held() {
        if [ "$kind" = --ipset ]; then ipset save mcr4 | awk '$1 == "add" { print $3 }' | sort
        else nft -j list set inet postern mcr4 | jq -r '.nftables[].set? | select(. != null) | .elem[]? |
          if type == "object" then (if .range then "\(.range[0])-\(.range[1])" else "\(.prefix.addr)/\(.prefix.len)" end)
          else . end' | sort; fi
      }
      fail() { echo "FAILED: $*"; exit 1; }
      eventually() { for try in $(seq 200); do if "$@"; then return; fi; sleep 0.05; done; fail "$* did not come about; holds $(held | head -5 | tr '\n' ' '); log: $(cat $dir/log)"; }
      holds() { [ "$(held 2>/dev/null)" = "$(sort "$1")" ]; }
      list() { python3 -c "
      import sys
      count, start = int(sys.argv[1]), int(sys.argv[2])
      for i in range(count):
        n = (20 << 24) + start + i * 3
        print('.'.join(str(n >> s & 255) for s in (24, 16, 8, 0)))" $1 $2; }
      publish() { # GENERATION FILE
        cp $2 $1.txt
        echo "{\"set\":\"mcr\",\"generation\":$1,\"sha256\":\"$(sha256sum < $2 | cut -d' ' -f1)\",\"status\":\"ok\"}" > $1.version
        echo $1 > current.new; mv current.new current
      }
      serve() {
        rm -f port
        python3 server.py $dir > server.log 2>&1 & server=$!; started+=($server)
        for try in $(seq 200); do [ -f port ] && break; sleep 0.05; done
        url=http://127.0.0.1:$(cat port)
      }
      follow() { $postern apply mcr $kind --state $dir/state --follow $url --check 500ms "$@" > log 2>&1 & follower=$!; started+=($follower); }

      """#

    @Test(
      "a set is loaded, shown in a dry run, in step the second time, and read back from the kernel",
      arguments: ["--nft postern", "--ipset"])
    func loads(_ kind: String) async throws {
      let outcome = try await Self.run(
        kind,
        #"""
        printf '20.0.0.1\n20.0.0.9\n2001:db8::1\n' > a; printf '20.0.0.1\n20.1.0.0/16\n2001:db8::1\n' > b
        apply --from a --dry-run | grep -q '+ mcr4 20.0.0.9' || fail dry run
        [ -z "$(held 2>/dev/null)" ] || fail "the dry run loaded"
        apply --from a
        printf '20.0.0.1\n20.0.0.9\n' > a4; printf '20.0.0.1\n20.1.0.0/16\n' > b4
        holds a4 || fail first
        apply --from a | grep -q 'mcr4: in step, 2 elements' || fail in step
        apply --from b --json | jq -se '.[0].removed == ["20.0.0.9"]' > /dev/null || fail json
        holds b4 || fail second
        for text in '' '# nothing' '20.0.0.1 x' '0.0.0.0/0' 'x'; do
          echo "$text" > bad; if apply --from bad 2> why; then fail "took '$text'"; fi
        done
        printf '20.0.0.1' > bad; if apply --from bad 2> why; then fail "took half a line"; fi
        : > none; code=0; apply --from none 2> why || code=$?; [ $code = 3 ] || fail "empty gave $code"
        printf '2001:db8::1\n' > bad; code=0; apply --from bad 2> why || code=$?; [ $code = 4 ] || fail "a lost family gave $code"
        holds b4 || fail "a bad list changed the kernel"
        apply --from bad --allow-empty-family; [ -z "$(held)" ] || fail family
        code=0; apply --from a --name 'x;y' 2> why || code=$?; [ $code = 2 ] || fail "a bad name gave $code"
        code=0; $postern apply mcr --nft 'a b' --from a 2> why || code=$?; [ $code = 2 ] || fail "a bad table gave $code"
        echo done
        """#)
      #expect(outcome.lines.last == "done", "\(outcome.text)\(outcome.errors)")
    }

    @Test(
      "sets of another make stay as they are, and a set without room gets it",
      arguments: ["--nft postern", "--ipset"])
    func foreignSets(_ kind: String) async throws {
      let outcome = try await Self.run(
        kind,
        #"""
        list 40 0 > forty
        if [ "$kind" = --ipset ]; then
          ipset create mcr4 hash:net family inet maxelem 4 timeout 60
          ipset add mcr4 20.0.0.0; iptables -A OUTPUT -m set --match-set mcr4 dst -j ACCEPT
          apply --from forty --family 4; holds forty || fail room
          ipset create dev4 hash:ip; ipset add dev4 9.9.9.9
          if apply --from forty --family 4 --name dev 2> why; then fail "took a hash:ip"; fi
          grep -q 'another type' why || fail "$(cat why)"
          ipset test dev4 9.9.9.9 2> /dev/null
          list 3 0 > three; if apply --from forty --family 4 --maxelem 39 2> why; then fail "took too many"; fi
          holds forty || fail kept
          [ "$(ipset list -n | sort | tr '\n' ' ')" = "dev4 mcr4 " ] || fail "left $(ipset list -n)"
        else
          nft add table inet postern; nft add set inet postern mcr4 '{ type ipv4_addr; flags interval; size 8; }'
          nft add element inet postern mcr4 '{ 9.9.9.9 }'
          if apply --from forty --family 4 2> why; then fail "took too many"; fi
          grep -q "larger 'size'" why || fail "$(cat why)"
          echo 9.9.9.9 > nine; holds nine || fail kept
          nft add set inet postern dev4 '{ type ipv4_addr; }'
          if apply --from forty --family 4 --name dev 2> why; then fail "took a set without interval"; fi
          nft add set inet postern tim4 '{ type ipv4_addr; flags interval,timeout; timeout 1h; elements = { 20.0.0.0 timeout 60s, 20.0.0.3 timeout 2s }; }'
        fi
        echo done
        """#)
      #expect(outcome.lines.last == "done", "\(outcome.text)\(outcome.errors)")
    }

    @Test(
      "no packet to an element that stays is dropped while the set is changed, grown, cut and swapped under traffic",
      arguments: ["--nft postern", "--ipset"])
    func traffic(_ kind: String) async throws {
      let outcome = try await Self.run(
        kind,
        #"""
        unshare -n sleep 300 & peer=$!; started+=($peer)
        for try in $(seq 100); do
          [ "$(readlink /proc/$peer/ns/net)" != "$(readlink /proc/self/ns/net)" ] && break; sleep 0.05
        done
        there() { nsenter -t $peer -n "$@"; }
        ip link add here type veth peer name there; ip link set there netns $peer
        ip address add 10.9.0.1/24 dev here; ip link set here up
        there ip address add 10.9.0.2/24 dev there; there ip link set there up
        there ip address add 20.0.0.5/32 dev there; ip route add default via 10.9.0.2
        printf '20.0.0.5\n' > keep
        { cat keep; printf '20.0.0.6\n'; } > neighbour
        { printf '20.0.0.4/31\n20.0.0.8/29\n'; list 2000 65536; } > many
        { cat keep; list 3000 9999999; } > others
        apply --from keep > /dev/null
        if [ "$kind" = --ipset ]; then
          iptables -A OUTPUT -p udp -m set --match-set mcr4 dst -j ACCEPT; iptables -A OUTPUT -p udp -j DROP
        else
          nft add chain inet postern out '{ type filter hook output priority 0; policy accept; }'
          nft add rule inet postern out meta l4proto udp ip daddr @mcr4 accept
          nft add rule inet postern out meta l4proto udp drop
        fi
        there python3 -c '
        import socket, sys
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.setsockopt(socket.SOL_SOCKET, 33, 1 << 24)
        s.bind(("20.0.0.5", 7000)); print("up", flush=True); got = 0
        while s.recv(64) != b"end": got += 1
        print(got)' > got & receiver=$!; started+=($receiver)
        for try in $(seq 100); do [ -s got ] && break; sleep 0.05; done
        python3 -c '
        import os, socket, time
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.connect(("20.0.0.5", 7000))
        sent = refused = 0; due = time.monotonic()
        while not os.path.exists("stop"):
          try: s.send(b"x"); sent += 1
          except PermissionError: refused += 1
          due += 0.0002; pause = due - time.monotonic()
          if pause > 0: time.sleep(pause)
        time.sleep(0.3)
        for _ in range(3):
          try: s.send(b"end")
          except OSError: pass
        print(sent, refused)' > sent & sender=$!; started+=($sender)
        swaps=0; end=$((SECONDS + 12))
        while [ $SECONDS -lt $end ]; do
          for file in neighbour keep many keep others many neighbour others; do
            apply --from $file > /dev/null; swaps=$((swaps + 1)); done
        done
        touch stop; wait $sender; wait $receiver
        read -r out refused < sent; got=$(tail -1 got)
        echo "$swaps changes, $out sent, $refused refused, $got received"
        [ $refused = 0 ] && [ $out = $got ] && [ $out -gt 10000 ] || fail "packets were lost"
        echo done
        """#)
      #expect(outcome.lines.last == "done", "\(outcome.text)\(outcome.errors)")
      print("traffic \(kind): \(outcome.lines.first ?? "")")
    }

    @Test("kill -9 at any moment leaves one of the two sets, whole", arguments: ["--nft postern", "--ipset"])
    func killed(_ kind: String) async throws {
      let outcome = try await Self.run(
        kind,
        #"""
        list 8000 0 | sort > a; { list 10 0; list 8000 600001; } | sort > b
        apply --from a > /dev/null; holds a || fail start
        seen=
        for number in $(seq 20); do
          file=b; if holds b; then file=a; fi
          $postern apply mcr $kind --from $file > /dev/null 2>&1 & victim=$!
          sleep 0.$(printf %03d $((number * 37 % 600))); kill -9 $victim 2>/dev/null || true
          { wait $victim || true; } 2>/dev/null
          if holds a; then seen=${seen}a; elif holds b; then seen=${seen}b; else fail "neither whole set after kill $number: $(held | wc -l)"; fi
        done
        # What the killed ones left must not hinder the next.
        sleep 2; apply --from a > /dev/null; holds a || fail end
        if [ "$kind" = --ipset ]; then [ "$(ipset list -n | grep -c new)" = 0 ] || fail "left a new set"; fi
        echo "$seen"; echo done
        """#)
      #expect(outcome.lines.last == "done", "\(outcome.text)\(outcome.errors)")
    }

    @Test(
      "a follower applies generations, repairs what others do, outlives its server, and ends at once",
      arguments: ["--nft postern", "--ipset"])
    func follows(_ kind: String) async throws {
      let outcome = try await Self.run(
        kind,
        #"""
        list 50 0 > a; list 51 0 > b
        publish 1 a; serve; follow
        eventually holds a
        publish 2 b; eventually holds b
        if apply --follow $url 2> why; then fail "two followers"; fi; grep -q 'keeps the same sets' why || fail "$(cat why)"
        if [ "$kind" = --ipset ]; then
          ipset flush mcr4; eventually holds b
          ipset add mcr4 9.9.9.9; eventually holds b
          ipset destroy mcr4; eventually holds b
        else
          nft flush set inet postern mcr4; eventually holds b
          nft add element inet postern mcr4 '{ 9.9.9.9 }'; eventually holds b
          nft flush ruleset; eventually holds b
          printf 'flush ruleset\ntable inet postern { set mcr4 { type ipv4_addr; flags interval; auto-merge; }; chain c { ip daddr @mcr4 accept; }; }\n' | nft -f -
          eventually holds b
        fi
        grep -q 'brought in step' log || fail "nothing was told: $(cat log)"
        kill -9 $server; sleep 0.5
        if [ "$kind" = --ipset ]; then ipset flush mcr4; else nft flush set inet postern mcr4; fi
        eventually holds b
        before=$(date +%s%N); kill -TERM $follower; wait $follower || fail "SIGTERM gave $?"
        [ $((($(date +%s%N) - before) / 1000000)) -lt 500 ] || fail "it lingered"
        # After a boot, without a server: what was taken last.
        if [ "$kind" = --ipset ]; then ipset destroy; else nft flush ruleset; fi
        follow; eventually holds b
        # The server comes back with an older set.
        list 3 0 > c; publish 1 c; kill -9 $follower; serve; follow; sleep 1.5
        holds b || fail "it went back"; grep -q 'generation 1 after 2' log || fail "$(cat log)"
        kill -9 $follower; sleep 0.2; follow --allow-rollback; eventually holds c
        echo done
        """#)
      #expect(outcome.lines.last == "done", "\(outcome.text)\(outcome.errors)")
    }

    @Test(
      "65,536 elements are loaded and changed, and one more is refused",
      arguments: ["--nft postern", "--ipset"])
    func large(_ kind: String) async throws {
      let outcome = try await Self.run(
        kind,
        #"""
        list 65536 0 > a; { sed 1d a; echo 30.0.0.1; } > b; { cat a; echo 30.0.0.1; } > c
        now() { date +%s%N; }
        start=$(now); apply --from a > /dev/null; first=$((($(now) - start) / 1000000)); holds a || fail first
        start=$(now); apply --from b > /dev/null; second=$((($(now) - start) / 1000000)); holds b || fail second
        code=0; apply --from c 2> why || code=$?; [ $code = 2 ] || fail "one more gave $code"; holds b || fail third
        echo "whole $first ms, step $second ms"; echo done
        """#)
      #expect(outcome.lines.last == "done", "\(outcome.text)\(outcome.errors)")
      print("65,536 elements \(kind): \(outcome.lines.first ?? "")")
    }

    @Test(
      "it works as a nobody with CAP_NET_ADMIN alone, and says so without it",
      arguments: ["--nft postern", "--ipset"])
    func unprivileged(_ kind: String) async throws {
      let outcome = try await Self.run(
        kind,
        #"""
        list 5 0 > a; chmod 755 $dir; chmod 644 a; mkdir state; chown 65534 state
        cp $postern $dir/postern; mkdir lib
        nobody="setpriv --reuid 65534 --regid 65534 --clear-groups --no-new-privs"
        caps="--bounding-set -all,+net_admin --inh-caps -all,+net_admin --ambient-caps -all,+net_admin"
        if $nobody --inh-caps -all --bounding-set -all $dir/postern apply mcr $kind --from a 2> why; then fail "loaded"; fi
        grep -q 'CAP_NET_ADMIN' why || fail "$(cat why)"
        $nobody $caps $dir/postern apply mcr $kind --from a > /dev/null; holds a || fail nobody
        echo done
        """#)
      #expect(outcome.lines.last == "done", "\(outcome.text)\(outcome.errors)")
    }
  }
}
