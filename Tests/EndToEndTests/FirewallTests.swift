import Foundation
import TestTools
import Testing

extension EndToEnd {
  @Suite struct FirewallTests {
    @Test(
      "a packet to an address of the exported set passes the firewall, one to another doesn't, across generations",
      arguments: ["nft", "ipset"])
    func passes(_ kind: String) async throws {
      try await World.run { world in
        try await Service.run(upstream: world.upstream, set: "retention: 1s") { service in
          let (first, second) = (
            service.folder.appending(path: "1").path, service.folder.appending(path: "2").path
          )
          try await service.startAndPublish()
          func export(_ file: String) async throws {
            let outcome = try await service.postern("export", "mcr", "--format", kind, "--output", file)
            try #require(outcome.status == 0, "\(outcome.errors)")
          }
          try await export(first)
          try await world.move(to: ["150.171.70.10", "150.171.73.5"])
          try await eventually("the move") {
            try await service.addresses().filter { !$0.contains(":") } == ["150.171.70.10", "150.171.73.5"]
          }
          try await export(second)
          let outcome = try await Tool.networkShell(
            Self.firewall + (kind == "nft" ? Self.nft : Self.ipset),
            [first, second, Tool.repository.appending(path: "scripts").path])
          #expect(outcome.status == 0, "\(outcome.text)\(outcome.errors)")
          #expect(outcome.lines.last == "done", "\(outcome.text)")
        }
      }
    }

    /// Two namespaces: here is the firewall, there a peer that has every address.
    private static let firewall = """
      unshare -n sleep 60 & peer=$!
      trap 'kill $peer' EXIT
      for try in $(seq 100); do
        [ "$(readlink /proc/$peer/ns/net)" != "$(readlink /proc/self/ns/net)" ] && break
        sleep 0.05
      done
      there() { nsenter -t $peer -n "$@"; }
      ip link add here type veth peer name there
      ip link set there netns $peer
      ip address add 10.9.0.1/24 dev here; ip link set here up
      there ip address add 10.9.0.2/24 dev there; there ip link set there up
      for a in 150.171.69.10 150.171.70.10 150.171.73.5 150.171.69.11; do there ip address add $a/32 dev there; done
      ip route add default via 10.9.0.2
      passes() { ping -c 1 -W 2 $1 > /dev/null || { echo "no reply from $1"; exit 1; }; }
      blocked() { ! ping -c 1 -W 0.3 $1 > /dev/null 2>&1 || { echo "$1 got through"; exit 1; }; }
      passes 150.171.69.11

      """

    private static let nft = """
      nft -c -f $1
      $3/load-nft $1; nft -f $1
      nft add chain inet postern out '{ type filter hook output priority 0; policy accept; }'
      nft add rule inet postern out meta l4proto icmp ip daddr @mcr4 accept
      nft add rule inet postern out meta l4proto icmp drop
      passes 150.171.69.10; passes 150.171.70.10; blocked 150.171.73.5; blocked 150.171.69.11
      $3/load-nft $2
      passes 150.171.73.5; passes 150.171.70.10; blocked 150.171.69.10; blocked 150.171.69.11
      echo done
      """

    private static let ipset = """
      ipset restore < $1; ipset restore < $1; $3/load-ipset $1
      set=$(ipset list -n | grep 4 | head -1)
      iptables -A OUTPUT -p icmp -m set --match-set $set dst -j ACCEPT
      iptables -A OUTPUT -p icmp -j DROP
      passes 150.171.69.10; passes 150.171.70.10; blocked 150.171.73.5; blocked 150.171.69.11
      $3/load-ipset $2
      passes 150.171.73.5; passes 150.171.70.10; blocked 150.171.69.10; blocked 150.171.69.11
      echo done
      """
  }
}
