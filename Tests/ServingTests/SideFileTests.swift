import Deciding
import Foundation
import Publishing
import Serving
import TestTools
import Testing

@Suite(.timeLimit(.minutes(2))) struct SideFileTests {
  @Test(
    "every representation has side files that sha256sum, md5sum and minisign accept, of the same generation",
    arguments: ["mcr.txt", "mcr.json", "mcr.nft", "mcr.txt?family=6", "mcr.txt?aggregate=0&cidr=always"])
  func accepted(file: String) async throws {
    let key = SigningKey()
    try await TestServer.run(signer: key) { server in
      try await Tool.withFolder { folder in
        let parts = file.split(separator: "?", maxSplits: 1).map(String.init)
        let query = parts.count > 1 ? "?\(parts[1])" : ""
        let published = try await server.curl("/v1/key")
        #expect(Array(published.body) == key.publicKey.file)
        try published.body.write(to: folder.appending(path: "key.pub"))
        for place in ["/v1/sets/\(parts[0])", "/v1/sets/mcr/snapshots/42.\(parts[0].dropFirst(4))"] {
          let body = try await server.curl(place + query)
          try body.body.write(to: folder.appending(path: parts[0]))
          for side in SideFile.allCases {
            let reply = try await server.curl("\(place).\(side)\(query)")
            #expect(reply.status == 200)
            #expect(reply.fields["x-postern-generation"] == "42")
            #expect(reply.fields["content-type"] == "text/plain; charset=utf-8")
            #expect(reply.fields["etag"] != body.fields["etag"])
            try reply.body.write(to: folder.appending(path: "\(parts[0]).\(side)"))
          }
          let script = """
            cd "$1"; sha256sum -c --strict --quiet "$2.sha256"
            echo "$(cat "$2.md5")  $2" | md5sum -c --strict --quiet
            minisign -Vm "$2" -p key.pub
            """
          let outcome = try await Tool.shell(script, [folder.path, parts[0]])
          #expect(outcome.status == 0, "\(outcome.text) \(outcome.errors)")
          #expect(
            outcome.text.contains(
              "Trusted comment: timestamp:1795424400\tfile:\(parts[0])\tset:mcr\tgeneration:42"))
          let changed = try await Tool.shell(
            "cd \"$1\"; echo 20.0.0.2 >> \"$2\"; minisign -Vm \"$2\" -p key.pub", [folder.path, parts[0]])
          #expect(changed.status != 0)
        }
      }
    }
  }

  @Test("side files follow the generation, and the same request path answers hot and cold alike")
  func follow() async throws {
    try await TestServer.run(signer: SigningKey()) { server in
      for side in SideFile.allCases {
        let cold = try await server.curl("/v1/sets/mcr.txt.\(side)")
        let hot = try await server.curl("/v1/sets/mcr.txt.\(side)")
        #expect(cold.body == hot.body && cold.fields["etag"] == hot.fields["etag"])
      }
      let old = try await server.curl("/v1/sets/mcr.txt.minisig")
      try server.sets.publish(TestServer.published(["20.0.0.9"], generation: 43))
      let new = try await server.curl(
        "/v1/sets/mcr.txt.minisig", ["-H", "If-None-Match: \(old.fields["etag"] ?? "")"])
      #expect(new.status == 200)
      #expect(new.text.contains("generation:43"))
    }
  }

  @Test("nothing is signed without a key, and nothing but a format's file has side files")
  func refused() async throws {
    try await TestServer.run { server in
      let unsigned = try await server.curl("/v1/sets/mcr.txt.minisig")
      #expect(unsigned.status == 404)
      #expect(try await server.curl("/v1/sets/mcr/snapshots/42.txt.minisig").status == 404)
      #expect(try await server.curl("/v1/key").status == 404)
      for path in ["mcr.sha256", "mcr.exe.sha256", "mcr.txt.sha256.sha256", "mcr.txt.sha512"] {
        #expect(try await server.curl("/v1/sets/\(path)").status == 400, "\(path)")
      }
      #expect(try await server.curl("/v1/sets/nosuch.txt.sha256").status == 404)
      #expect(try await server.curl("/v1/sets/pending.txt.sha256").status == 503)
      #expect(try await server.curl("/v1/sets/mcr.txt.md5?max_entries=1").status == 422)
    }
  }

  @Test("names and times pick elements, the rest of the contract holds, and old generations refuse them")
  func filters() async throws {
    try await TestServer.run { server in
      let whole = try await server.curl("/v1/sets/mcr.txt")
      for query in [
        "fqdn=mcr.microsoft.com", "fqdn=*.microsoft.com", "since_seen=1h", "n=10&s=0",
        "listname=mcr2&v=ipset",
      ] {
        let path = query.hasPrefix("listname") ? "/v1/sets/mcr?\(query)" : "/v1/sets/mcr.txt?\(query)"
        let reply = try await server.curl(path)
        #expect(reply.status == 200, "\(query): \(reply.text)")
        if !query.hasPrefix("listname") { #expect(reply.body == whole.body) }
        #expect((reply.fields["link"] == nil) == (query.hasPrefix("fqdn") || query.hasPrefix("since_seen")))
      }
      for (query, status) in [
        ("fqdn=other.example", 503), ("fqdn=*", 400), ("fqdn=a..b", 400), ("since_seen=0h", 400),
        ("since_seen=1", 400), ("since_seen=-1h", 400), ("since_seen=9999999999999999999d", 400),
        ("n=3", 422),
        ("n=0", 400), ("s=1", 400), ("widen4=19", 400), ("region=eastus", 400), ("cloud=china", 503),
      ] {
        #expect(try await server.curl("/v1/sets/mcr.txt?\(query)").status == status, "\(query)")
      }
      #expect(try await server.curl("/v1/sets/mcr/snapshots/42.txt?since_seen=1h").status == 400)
      #expect(try await server.curl("/v1/sets/mcr/snapshots/42.txt?fqdn=mcr.microsoft.com").status == 400)
    }
  }

  @Test(
    "a canonical link leads to what it promises, for every format, and isn't given where old generations lack it"
  )
  func canonical() async throws {
    try await TestServer.run(signer: SigningKey()) { server in
      var given = [String]()
      for format in FormatRegistry.all {
        let family = format.families[0].rawValue
        for query in ["?family=\(family)", "?fqdn=mcr.microsoft.com", "?widen4=24", "?since=42", ""] {
          let reply = try await server.curl("/v1/sets/mcr.\(format.fileExtension)\(query)")
          guard reply.status == 200, let link = reply.fields["link"] else { continue }
          let path = try #require(link.split(separator: ">").first?.dropFirst())
          let old = try await server.curl(String(path))
          #expect(old.status == 200, "\(link): \(old.text)")
          #expect(old.fields["x-postern-entries"] == reply.fields["x-postern-entries"])
          #expect(old.fields["x-postern-widened-by"] == reply.fields["x-postern-widened-by"])
          given.append(format.id)
        }
      }
      #expect(Set(given).isSuperset(of: ["plain", "nft", "ipset", "json", "csv", "squid"]))
      #expect(
        Set(given).isDisjoint(with: ["rpz", "rpz-pin", "azure-application-rule", "azure-service-tag-rule"]))
    }
  }

  @Test("a widened list says by how much, in a field of its own, and is another representation")
  func widened() async throws {
    try await TestServer.run { server in
      let narrow = try await server.curl("/v1/sets/mcr.txt")
      let wide = try await server.curl("/v1/sets/mcr.txt?widen4=24")
      #expect(narrow.fields["x-postern-widened-by"] == nil)
      // Three of /24, of which one has two elements.
      #expect(wide.fields["x-postern-widened-by"] == "\(3 * 256 - 4)")
      #expect(wide.fields["etag"] != narrow.fields["etag"])
      #expect(try await server.curl("/v1/sets/mcr.txt?region=eastus").status == 400)
      #expect(try await server.curl("/v1/sets/mcr.txt?source=dns").body == narrow.body)
      #expect(try await server.curl("/v1/sets/mcr/snapshots/42.txt?cloud=public").status == 400)
    }
  }
}
