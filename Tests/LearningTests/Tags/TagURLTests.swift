import Foundation
import TestTools
import Testing

@testable import Learning

@Suite struct TagURLTests {
  @Test(
    "a place that anybody on the way could change, or that isn't one, would be fetched",
    arguments: [
      "http://download.microsoft.com/x.json", "ftp://a.example/x", "https://", "https:///x", "a.example/x",
      "https://user:secret@a.example/x", "https://a.example:0/x", "https://a.example:99999/x",
      "https://a b/x",
      "https://a.example/x y", "https://a.example/\u{0}", "file:///etc/passwd", "http://127.0.0.1.example/x",
      "https://[::1/x",
      "https://a_b..c/x", "http://128.0.0.1/x", "https://ä.example/x", "https://a.example\\@b/x",
      "https://[fe80::1%25lo]/",
    ])
  func refused(_ text: String) { #expect(throws: TagFetchFault.url(text)) { try TagURL(text) } }

  @Test(
    "what is right is asked as it is written",
    arguments: [
      (
        "https://download.microsoft.com/download/7/1/D/x.json",
        "https://download.microsoft.com/download/7/1/D/x.json"
      ),
      ("HTTPS://A.Example/Path#part", "https://a.example/Path"), ("https://a.example", "https://a.example/"),
      ("https://a.example?id=1", "https://a.example/?id=1"),
      ("http://127.0.0.1:8080/x", "http://127.0.0.1:8080/x"),
      ("http://localhost/x", "http://localhost/x"), ("http://[::1]:80/x", "http://[::1]:80/x"),
    ])
  func taken(_ text: String, _ written: String) throws { #expect(try TagURL(text).description == written) }

  @Test(
    "a redirect could lead out of https, or to a file of this machine",
    arguments: [
      ("https://a.example/x", "http://127.0.0.1/x", nil), ("https://a.example/x", "http://a.example/x", nil),
      ("https://a.example/x", "//b.example/x", nil), ("https://a.example/x", "relative", nil),
      ("https://a.example/x", "/y", "https://a.example/y"),
      ("https://a.example/x", "https://b.example/y", "https://b.example/y"),
      ("http://127.0.0.1:80/x", "/y", "http://127.0.0.1:80/y"),
      ("https://a.example/x", "file:///etc/passwd", nil),
    ])
  func redirects(_ from: String, _ location: String, _ next: String?) throws {
    let url = try TagURL(from)
    #expect((try? url.following(location).description) == next)
  }

  @Test("of a page the newest file on Microsoft's host is taken, and no link to elsewhere")
  func page() throws {
    let url = try TagURL(TagURL.publicPage)
    let page = """
      <a href="https://evil.example/ServiceTags_Public_20991231.json">x</a> <a href='/other.json'>
      {"url":"https://download.microsoft.com/download/7/1/d/71d8/ServiceTags_Public_20250714.json","n":1}
      <a href="https://download.microsoft.com/download/7/1/d/71d8/ServiceTags_Public_20250721.json">
      <a href="http://download.microsoft.com/ServiceTags_Public_20260101.json">
      """
    #expect(
      TagPage.link(in: Array(page.utf8), at: url)?.description
        == "https://download.microsoft.com/download/7/1/d/71d8/ServiceTags_Public_20250721.json")
    #expect(TagPage.link(in: Array("<html></html>".utf8), at: url) == nil)
    #expect(TagPage.link(in: [0xff, 0xfe, 0], at: url) == nil)
  }

  @Test(
    "however the page writes its link, in an attribute, a script or escaped, the file is found",
    arguments: [
      #"<a href="@" data-bi-id="downloadretry">click here to download manually</a>"#,
      #"<script>window.__DLCDetails__={"dlcDetailsView":{"downloadFile":[{"isPrimary":"False","name":"ServiceTags_Public_20260119.json","url":"@","size":"4342784"}]}}</script>"#,
      "<meta http-equiv='refresh' content='0; url=x'><a href='@?culture=en-us&country=us'>x</a>",
      "<div data-model=\"{&quot;url&quot;:&quot;@&quot;,&quot;n&quot;:1}\">",
      "\u{feff}<html>\r\n<a href=@>x</a>",
    ])
  func shapes(_ page: String) throws {
    let url = try TagURL(TagURL.publicPage)
    let file =
      "https://download.microsoft.com/download/7/1/d/71d86715-5596-4529-9b13-da13a5de5b63/ServiceTags_Public_20260119.json"
    for written in [
      file, file.replacing("/", with: "\\/"), file.replacing("/", with: "\\u002F"),
      file.replacing("/", with: "&#x2F;"),
    ] {
      let found = TagPage.link(in: Array(page.replacing("@", with: written).utf8), at: url)
      #expect(found?.description.hasPrefix(file) == true, "\(written)")
    }
  }

  @Test("of several files the newest by the date in the name is taken, whatever was copied last")
  func newest() async throws {
    try await Tool.withFolder { folder in
      let names = [
        "ServiceTags_Public_20250721.json", "ServiceTags_Public_20250714.json", "ServiceTags_Public_old.json",
      ]
      for name in names { try Data(name.utf8).write(to: folder.appending(path: name)) }
      let source = TagFileSource(folder.appending(path: "ServiceTags_Public_*.json").path)
      let stamp = try source.newest()
      #expect(stamp.path.hasSuffix("20250721.json"))
      #expect(try source.read(stamp) == Array(names[0].utf8))
      let missing = TagFileSource(folder.appending(path: "none*.json").path)
      #expect(throws: TagFetchFault.file(missing.pattern, detail: "there is no such file")) {
        try missing.newest()
      }
      let huge = folder.appending(path: "huge.json")
      #expect(FileManager.default.createFile(atPath: huge.path, contents: nil))
      try FileHandle(forWritingTo: huge).truncate(atOffset: 100 << 20)
      #expect(throws: TagFetchFault.tooLarge(most: TagFileReader.mostOctets)) {
        try TagFileSource(huge.path).read(TagFileSource(huge.path).newest())
      }
      #expect(throws: TagFetchFault.self, "a device is no file") { try TagFileSource("/dev/zero").newest() }
      #expect(throws: TagFetchFault.self) { try TagFileSource(folder.path).newest() }
    }
  }
}
