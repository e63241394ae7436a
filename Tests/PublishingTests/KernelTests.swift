import Deciding
import Foundation
import Publishing
import TestTools
import Testing

/// The scripts against the kernel itself, each in a network namespace of its own.
@Suite struct KernelTests {
  @Test(
    "nft accepts the file in a dry run, loads it twice, and holds exactly the elements", arguments: [5, 3000])
  func nft(count: Int) async throws {
    let snapshot = try count == 5 ? Samples.snapshot() : Samples.large(count)
    let loaded = try await Tool.networkShell(
      """
      cat > /dev/shm/postern-$$.nft; trap 'rm -f /dev/shm/postern-$$.nft' EXIT
      nft -c -f /dev/shm/postern-$$.nft
      nft -f /dev/shm/postern-$$.nft
      nft -f /dev/shm/postern-$$.nft
      nft -j list set inet postern mcr4; nft -j list set inet postern mcr6
      """, input: try NFTFormat().render(snapshot, RenderOptions()))
    try #require(loaded.status == 0, "\(loaded.errors)")
    let elements = try await Tool.run(
      "jq",
      [
        "-r",
        """
        .nftables[].set? | select(. != null) | .elem[]
          | if type == "object" then
              (if .prefix then "\\(.prefix.addr)/\\(.prefix.len)" else "\\(.range[0])-\\(.range[1])" end)
            else . end
        """,
      ], input: Array(loaded.output))
    // nft prints neighbours that it merged as ranges: compare what both cover.
    let script = """
      import ipaddress, sys
      nets = []
      for line in sys.stdin:
        first, _, last = line.strip().partition("-")
        if last: nets += ipaddress.summarize_address_range(ipaddress.ip_address(first), ipaddress.ip_address(last))
        else: nets.append(ipaddress.ip_network(first))
      for version in (4, 6):
        for net in ipaddress.collapse_addresses(n for n in nets if n.version == version):
          print(net if net.num_addresses > 1 else net.network_address)
      """
    let covered = try await Tool.run("python3", ["-c", script], input: Array(elements.output))
    #expect(try covered.text == PlainFormat().render(snapshot, RenderOptions()).text)
  }

  @Test("an error in an nft file leaves what is loaded as it was")
  func nftIsATransaction() async throws {
    let good = try NFTFormat().render(Samples.snapshot(), RenderOptions())
    let bad = try NFTFormat().render(Samples.snapshot(["20.9.9.9"], generation: 43), RenderOptions())
    let outcome = try await Tool.networkShell(
      """
      f=$(mktemp -d); trap 'rm -rf $f' EXIT
      cat > $f/all
      sed '/^===$/,$d' $f/all > $f/good; sed '1,/^===$/d' $f/all > $f/bad
      echo 'add element inet postern nosuch { 1.2.3.4 }' >> $f/bad
      nft -f $f/good
      ! nft -f $f/bad 2> /dev/null
      nft list set inet postern mcr4
      """, input: good + Array("===\n".utf8) + bad)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.text.contains("150.171.69.10"))
    #expect(!outcome.text.contains("20.9.9.9"))
  }

  @Test("ipset restore loads the file twice while a rule refers to the set, and holds exactly the elements")
  func ipset() async throws {
    for count in [5, 3000] {
      let snapshot = try count == 5 ? Samples.snapshot() : Samples.large(count)
      let loaded = try await Tool.networkShell(
        """
        f=$(mktemp); trap 'rm -f $f' EXIT; cat > $f
        ipset restore < $f
        iptables -A OUTPUT -m set --match-set mcr4 dst -j ACCEPT
        ip6tables -A OUTPUT -m set --match-set mcr6 dst -j ACCEPT
        ipset restore < $f
        iptables -C OUTPUT -m set --match-set mcr4 dst -j ACCEPT
        ipset list -n | sort | tr '\\n' ' '; echo
        ipset save | awk '$1 == "add" { print $3 }'
        """, input: try IPSetFormat().render(snapshot, RenderOptions()))
      try #require(loaded.status == 0, "\(loaded.errors)")
      #expect(loaded.lines.first == "mcr4 mcr6 ")
      let plain = try PlainFormat().render(snapshot, RenderOptions()).text
      #expect(Set(loaded.lines.dropFirst()) == Set(plain.split(separator: "\n").map(String.init)))
    }
  }

  @Test("iptables-restore fills the chain twice, of each family, and leaves other chains alone")
  func iptables() async throws {
    for (family, command) in [(Families.ipv4, "iptables"), (.ipv6, "ip6tables")] {
      var options = RenderOptions()
      options.families = family
      let body = try IPTablesRestoreFormat().render(Samples.large(300), options)
      let outcome = try await Tool.networkShell(
        """
        f=$(mktemp); trap 'rm -f $f' EXIT; cat > $f
        $1-restore --noflush --test < $f
        $1 -N other; $1 -A other -j DROP
        $1-restore --noflush < $f
        $1 -A OUTPUT -j mcr
        $1-restore --noflush < $f
        $1 -C other -j DROP; $1 -C OUTPUT -j mcr
        $1 -S mcr | grep -c -- '-j ACCEPT'
        """, [command], input: body)
      #expect(outcome.status == 0, "\(outcome.errors)")
      let count = try EntryList(Samples.large(300), options).count
      #expect(outcome.lines.last == "\(count)")
    }
  }

  @Test("a set without IPv6 still makes the IPv6 ipset, so that rules that name it load")
  func ipsetWithoutIPv6() async throws {
    let loaded = try await Tool.networkShell(
      "ipset restore; ipset list -n | sort | tr '\\n' ' '",
      input: try IPSetFormat().render(Samples.snapshot(["20.0.0.1"]), RenderOptions()))
    #expect(loaded.text == "mcr4 mcr6 ", "\(loaded.errors)")
  }

  @Test("the load scripts load a good file, and leave the kernel alone with a bad, empty or foreign one")
  func loadScripts() async throws {
    let scripts = Tool.repository.appending(path: "scripts").path
    let outcome = try await Tool.networkShell(
      """
      f=$(mktemp -d); trap 'rm -rf $f' EXIT; cat > $f/all
      sed '/^===$/,$d' $f/all > $f/mcr.ipset; sed '1,/^===$/d' $f/all > $f/mcr.nft
      "$1/load-ipset" $f/mcr.ipset
      "$1/load-nft" $f/mcr.nft
      before=$(ipset save | sort; nft list ruleset)

      sed 's/^add mcr4-new 150.171.70.10$/add mcr4-new 999.1.1.1/' $f/mcr.ipset > $f/bad.ipset
      ! "$1/load-ipset" $f/bad.ipset 2> /dev/null
      head -n 6 $f/mcr.ipset > $f/half.ipset
      ! "$1/load-ipset" $f/half.ipset 2> /dev/null
      : > $f/empty
      ! "$1/load-ipset" $f/empty 2> /dev/null
      printf 'flush\\n' > $f/foreign.ipset
      ! "$1/load-ipset" $f/foreign.ipset 2> /dev/null
      ! "$1/load-ipset" $f/missing 2> /dev/null

      sed '$s/}/} garbage/' $f/mcr.nft > $f/bad.nft
      ! "$1/load-nft" $f/bad.nft 2> /dev/null
      ! "$1/load-nft" $f/empty 2> /dev/null
      printf 'flush ruleset\\n' > $f/foreign.nft
      ! "$1/load-nft" $f/foreign.nft 2> /dev/null

      test "$before" = "$(ipset save | sort; nft list ruleset)"
      "$1/load-ipset" $f/mcr.ipset
      "$1/load-nft" $f/mcr.nft
      ipset list -n | sort | tr '\\n' ' '
      """, [scripts],
      input: try IPSetFormat().render(Samples.snapshot(), RenderOptions()) + Array("===\n".utf8)
        + NFTFormat().render(Samples.snapshot(), RenderOptions()))
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.text == "mcr4 mcr6 ")
  }
}
