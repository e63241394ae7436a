import DNS
import Deciding
import Foundation
import Publishing
import TestTools
import Testing

@Suite struct TemplateFormatTests {
  @Test("a template sees the set's values as text, with commas between, and its file's name is its own")
  func renders() async throws {
    try await Tool.withFolder { folder in
      let file = try write(
        """
        <{{set}} & "{{generation}}" {{generated_at}}>
        {{#ipv4}}
        {{> line}}
        {{/ipv4}}
        {{#entries}}{{cidr}}{{^last()}}, {{/last()}}{{/entries}}
        {{^ipv6}}none{{/ipv6}}{{#selectors}}{{.}};{{/selectors}} {{count}}
        """, "acl.conf.mustache", folder)
      _ = try write(
        "permit {{address}} {{netmask}} <{{#names}}{{.}} {{/names}}>{{#is_host}} host{{/is_host}}\n",
        "line.mustache", folder)
      let format = try TemplateFormat(file: file)
      #expect(format.id == "acl" && format.fileExtension == "acl.conf")
      #expect(format.mediaType == "text/plain; charset=utf-8")
      let catalog = try FormatCatalog(own: [format])
      #expect(
        catalog.format(id: "acl")?.id == "acl" && catalog.format(fileExtension: "acl.conf")?.id == "acl")
      let parameters = try RepresentationParameters(
        [("format", "acl"), ("cidr", "always")], catalog: catalog)
      let body = try parameters.format.render(Samples.snapshot(), parameters.options, Samples.context).text
      #expect(
        body == """
          <mcr & "42" 2026-11-23T09:00:00Z>
          permit 20.0.0.0 255.255.255.254 <eastus.data.mcr.microsoft.com mcr.microsoft.com >
          permit 150.171.69.10 255.255.255.255 <eastus.data.mcr.microsoft.com mcr.microsoft.com > host
          permit 150.171.70.10 255.255.255.255 <mcr.microsoft.com > host
          20.0.0.0/31, 150.171.69.10/32, 150.171.70.10/32, 2603:1061:f:100::10/128
          mcr.microsoft.com;*.data.mcr.microsoft.com; 4

          """)
      #expect(throws: RenderError.self) { try format.render(Samples.snapshot([]), RenderOptions()) }
    }
  }

  @Test(
    "what can't be used is refused with its file and line",
    arguments: [
      ("ok\n{{#entries}}\n", 2), ("{{cidr", 1), ("a\nb {{secret}}", 2), ("{{#entries}}\n{{/ipv4}}", 2),
      ("{{> ../other}}", 1), ("{{> /etc/passwd}}", 1), ("{{>* set}}", 1), ("{{> .hidden}}", 1),
      ("x\n{{> missing}}", nil), ("{{=<% %>=}}", 1), ("{{<a}}{{/a}}", 1), ("{{$a}}{{/a}}", 1),
      ("{{% CONTENT_TYPE:HTML}}", 1), ("\n\n{{> acl}}", 3), ("{{sorted(entries)}}", 1), ("", nil),
      ("\0", nil),
      (String(repeating: "{{#set}}", count: 17), 1), (String(repeating: "x", count: 65_537), nil),
    ] as [(String, Int?)])
  func refused(text: String, line: Int?) async throws {
    try await Tool.withFolder { folder in
      let file = try write(text, "acl.mustache", folder)
      let error = #expect(throws: TemplateError.self) { try TemplateFormat(file: file) }
      #expect(error?.line == line, "\(error?.description ?? "")")
      #expect(error?.description.contains("Try: ") == true)
    }
  }

  @Test("partials that include one another are refused before they are rendered")
  func cycles() async throws {
    try await Tool.withFolder { folder in
      let file = try write("{{> b}}", "acl.mustache", folder)
      _ = try write("x\n{{> c}}", "b.mustache", folder)
      _ = try write("{{> b}}", "c.mustache", folder)
      #expect(throws: TemplateError.self) { try TemplateFormat(file: file) }
    }
  }

  @Test("a link out of the folder, a folder and a pipe are no templates; a link inside is one")
  func links() async throws {
    try await Tool.withFolder { folder in
      let inside = folder.appending(path: "in")
      try FileManager.default.createDirectory(at: inside, withIntermediateDirectories: true)
      _ = try write("secret", "secret.mustache", folder)
      let manager = FileManager.default
      try manager.createSymbolicLink(
        atPath: inside.path + "/out.mustache", withDestinationPath: folder.path + "/secret.mustache")
      #expect(throws: TemplateError.self) { try TemplateFormat(file: inside.path + "/out.mustache") }
      try manager.createDirectory(at: inside.appending(path: "d.mustache"), withIntermediateDirectories: true)
      #expect(throws: TemplateError.self) { try TemplateFormat(file: inside.path + "/d.mustache") }
      _ = try await Tool.run("mkfifo", [inside.path + "/p.mustache"])
      #expect(throws: TemplateError.self) { try TemplateFormat(file: inside.path + "/p.mustache") }
      _ = try write("{{set}}", "real.txt", inside)
      try manager.createSymbolicLink(atPath: inside.path + "/x.mustache", withDestinationPath: "real.txt")
      #expect(try TemplateFormat(file: inside.path + "/x.mustache").id == "x")
    }
  }

  @Test(
    "file names that can't name a format are refused",
    arguments: ["A.mustache", "a b.mustache", ".mustache", "a..b.mustache", "a.txt"])
  func names(name: String) async throws {
    try await Tool.withFolder { folder in
      let file = try write("{{set}}", name, folder)
      #expect(throws: TemplateError.self) { try TemplateFormat(file: file) }
    }
  }

  @Test("a folder gives its templates but not its partials; one called as a built-in format is refused")
  func folder() async throws {
    try await Tool.withFolder { folder in
      _ = try write("{{> _part}}", "b.mustache", folder)
      _ = try write("{{set}}", "a.json.mustache", folder)
      _ = try write("{{set}}", "_part.mustache", folder)
      _ = try write("not one", "README", folder)
      let own = try TemplateFormat.all(in: folder.path)
      #expect(own.map(\.id) == ["a", "b"])
      #expect(own.map(\.mediaType) == ["application/json", "text/plain; charset=utf-8"])
      #expect(try FormatCatalog(own: own).all.count == FormatRegistry.all.count + 2)
      let plain = try TemplateFormat(file: write("{{set}}", "plain.mustache", folder))
      #expect(throws: TemplateError.self) { try FormatCatalog(own: [plain]) }
      let text = try TemplateFormat(file: write("{{set}}", "txt.mustache", folder))
      #expect(throws: TemplateError.self) { try FormatCatalog(own: [text]) }
      #expect(throws: TemplateError.self) { try TemplateFormat.all(in: folder.path + "/none") }
    }
  }

  @Test("lists inside lists end before memory does")
  func budget() async throws {
    try await Tool.withFolder { folder in
      let nested =
        "{{#entries}}{{#entries}}{{#entries}}\(String(repeating: "x", count: 500)){{/entries}}{{/entries}}{{/entries}}"
      let format = try TemplateFormat(file: write(nested, "nested.mustache", folder))
      #expect(throws: RenderError.templateTooLarge(format: "nested")) {
        try format.render(Samples.large(3000), RenderOptions())
      }
    }
  }

  private func write(_ text: String, _ name: String, _ folder: URL) throws -> String {
    let file = folder.appending(path: name)
    try Data(text.utf8).write(to: file)
    return file.path
  }
}
