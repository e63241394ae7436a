import Deciding
import Foundation
import Publishing
import TestTools
import Testing

/// The bodies read by the programs that take them, and by parsers that aren't ours.
@Suite struct ConsumerTests {
  private static func body(_ id: String, _ count: Int = 2000) throws -> [UInt8] {
    let format = try #require(FormatRegistry.format(id: id))
    return try format.render(
      count == 5 ? Samples.snapshot() : Samples.large(count), Samples.options(format), Samples.context)
  }

  @Test("Python reads every JSON body, and the addresses in it are those of the set")
  func json() async throws {
    let addresses = try PlainFormat().render(Samples.large(2000), RenderOptions()).text
    let script = """
      import ipaddress, json, sys
      found = set()
      def walk(value):
        if isinstance(value, dict):
          if "address_prefix" in value: walk("%s/%d" % (value["address_prefix"], value["prefix_len"]))
          for item in value.values(): walk(item)
        elif isinstance(value, list):
          for item in value: walk(item)
        elif isinstance(value, str):
          try: found.add(str(ipaddress.ip_network(value)))
          except ValueError: pass
      for line in (sys.stdin if sys.argv[1] == "lines" else [sys.stdin.read()]): walk(json.loads(line))
      found = {f for f in found if not (sys.argv[2] == "4" and ":" in f)}
      expected = {str(ipaddress.ip_network(a)) for a in open(sys.argv[3]).read().split()}
      if sys.argv[2] == "4": expected = {e for e in expected if ":" not in e}
      if sys.argv[4] == "sub": print(expected <= found)
      else: print(found == expected)
      """
    try await Tool.withFolder { folder in
      let list = folder.appending(path: "list")
      try Data(addresses.utf8).write(to: list)
      for format in FormatRegistry.all
      where (format.mediaType.contains("json") || format.id == "ndjson") && format.takes.contains(.maxEntries)
      {
        let family = format.families.contains(.both) ? "both" : "4"
        // Envoy's and flat JSON bodies hold addresses without their length, too, and 1.0.0.0 is a template's version.
        let check = ["envoy-rbac", "json", "azure-ipgroup"].contains(format.id) ? "sub" : "equal"
        let outcome = try await Tool.run(
          "python3", ["-c", script, format.id == "ndjson" ? "lines" : "all", family, list.path, check],
          input: try Self.body(format.id))
        #expect(outcome.text == "True\n", "\(format.id): \(outcome.errors)")
      }
    }
  }

  @Test("the Azure templates have what a deployment template must have, and their expressions are closed")
  func azure() async throws {
    let script = """
      import json, sys
      template = json.load(sys.stdin)
      assert set(template) <= {"$schema", "contentVersion", "metadata", "parameters", "resources"}, template.keys()
      for parameter in template["parameters"].values(): assert parameter["type"] in ("string", "int", "array")
      for resource in template["resources"]:
        for key in ("type", "apiVersion", "name", "properties"): assert key in resource
        assert "'" not in resource["name"] or resource["name"].startswith("[concat(") and resource["name"].endswith("')]")
      priorities = [r["properties"].get("description", "") for r in template["resources"]]
      assert all(len(text) <= 140 for text in priorities)
      print(len(template["resources"]), json.dumps(template["resources"][0]["properties"]))
      """
    for (id, count) in [("azure-ipgroup", 1), ("azure-application-rule", 1), ("azure-service-tag-rule", 2)] {
      let outcome = try await Tool.run("python3", ["-c", script], input: try Self.body(id, 5))
      #expect(outcome.text.hasPrefix("\(count) "), "\(id): \(outcome.errors)")
      if id == "azure-application-rule" {
        #expect(outcome.text.contains(#""targetFqdns": ["mcr.microsoft.com", "*.data.mcr.microsoft.com"]"#))
      }
    }
  }

  @Test(
    "PyYAML reads the Kubernetes objects, with every entry as a string that is a network",
    arguments: [5, 2000])
  func yaml(count: Int) async throws {
    let script = """
      import ipaddress, sys, yaml
      o = yaml.safe_load(sys.stdin)
      spec = o["spec"]
      nets = spec.get("nets") or spec.get("externalCIDRs") or [t["ipBlock"]["cidr"] for t in spec["egress"][0]["to"]]
      assert o["metadata"]["name"] == "mcr" and o["metadata"]["annotations"]["postern.generation"] == "42"
      print(o["apiVersion"], o["kind"], len([ipaddress.ip_network(n) for n in nets]))
      """
    let entries = try EntryList(count == 5 ? Samples.snapshot() : Samples.large(count), RenderOptions()).count
    for (id, kind) in [
      ("calico", "projectcalico.org/v3 GlobalNetworkSet"), ("cilium", "cilium.io/v2alpha1 CiliumCIDRGroup"),
      ("k8s-netpol", "networking.k8s.io/v1 NetworkPolicy"),
    ] {
      let outcome = try await Tool.run("python3", ["-c", script], input: try Self.body(id, count))
      #expect(outcome.text == "\(kind) \(entries)\n", "\(id): \(outcome.errors)")
    }
  }

  @Test("Python's CSV reader finds five columns and every entry")
  func csv() async throws {
    let script = """
      import csv, ipaddress, sys
      rows = list(csv.DictReader(sys.stdin))
      assert all(set(row) == {"cidr", "family", "fqdns", "first_seen", "last_seen"} for row in rows)
      assert all(ipaddress.ip_network(row["cidr"]).version == int(row["family"]) for row in rows)
      print(len(rows))
      """
    let entries = try EntryList(Samples.large(2000), RenderOptions()).count
    #expect(
      try await Tool.run("python3", ["-c", script], input: try Self.body("csv")).text == "\(entries)\n")
  }

  @Test("HAProxy takes the map and the plain list as an ACL")
  func haproxy() async throws {
    let configuration = """
      defaults
        mode tcp
        timeout connect 1s
        timeout client 1s
        timeout server 1s
      frontend test
        bind 127.0.0.1:1
        acl listed dst -f @/mcr.txt
        tcp-request connection reject unless listed
        tcp-request connection reject unless { dst,map_ip(@/mcr.map,none) -m str mcr }

      """
    try await checked(
      ["mcr.map": Self.body("haproxy-map"), "mcr.txt": Self.body("plain")], configuration,
      "haproxy -c -f \"$1/conf\"")
  }

  @Test("nginx takes the geo and the allow lines")
  func nginx() async throws {
    let configuration = """
      error_log stderr;
      pid @/pid;
      events {}
      http {
        access_log off;
        geo $mcr { default 0; include @/geo.conf; }
        server { listen 127.0.0.1:1; location / { include @/allow.conf; deny all; return 200 $mcr; } }
      }

      """
    try await checked(
      ["geo.conf": Self.body("nginx-geo"), "allow.conf": Self.body("nginx-allow")], configuration,
      "nginx -t -p \"$1\" -c \"$1/conf\"; ! nginx -t -p \"$1\" -c \"$1/conf\" 2>&1 | grep -i warn")
  }

  @Test("Squid takes the list, as prefixes and as ranges")
  func squid() async throws {
    let configuration = """
      http_port 127.0.0.1:3128
      pid_filename none
      cache_log /dev/null
      acl mcr dst "@/mcr.squid"
      acl ranges dst "@/ranges.squid"
      http_access allow mcr
      http_access allow ranges
      http_access deny all

      """
    var options = RenderOptions()
    options.ranges = true
    options.comments = true
    try await checked(
      ["mcr.squid": Self.body("squid"), "ranges.squid": SquidFormat().render(Samples.large(2000), options)],
      configuration,
      "squid -k parse -f \"$1/conf\" 2>&1 | tee \"$1/log\"; ! grep -iE 'error|fatal|empty|warning' \"$1/log\""
    )
  }

  @Test("BIND's checker takes both policy zones")
  func zones() async throws {
    for (id, count) in [("rpz", 5), ("rpz-pin", 5), ("rpz-pin", 1500)] {
      let outcome = try await Tool.shell(
        "cat > /dev/shm/zone-$$; trap 'rm -f /dev/shm/zone-$$' EXIT; named-checkzone policy.invalid /dev/shm/zone-$$",
        input: try Self.body(id, count))
      #expect(outcome.status == 0, "\(outcome.text)\(outcome.errors)")
      #expect(outcome.text.contains("loaded serial 42"))
    }
  }

  private func checked(_ files: [String: [UInt8]], _ configuration: String, _ script: String) async throws {
    try await Tool.withFolder { folder in
      for (name, body) in files { try Data(body).write(to: folder.appending(path: name)) }
      try Data(configuration.replacing("@", with: folder.path).utf8).write(to: folder.appending(path: "conf"))
      let outcome = try await Tool.shell(script, [folder.path])
      #expect(outcome.status == 0, "\(outcome.text)\(outcome.errors)")
    }
  }
}
