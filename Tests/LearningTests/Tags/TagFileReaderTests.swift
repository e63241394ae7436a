import DNS
import Deciding
import Foundation
import TestTools
import Testing

@testable import Learning

@Suite struct TagFileReaderTests {
  private func read(_ text: String) throws(TagFileError) -> ServiceTagFile {
    try TagFileReader.read(Array(text.utf8))
  }

  private func file(_ values: String, change: String = "1", cloud: String = "Public") -> String {
    #"{"changeNumber":\#(change),"cloud":"\#(cloud)","values":[\#(values)]}"#
  }

  private func value(_ name: String, _ prefixes: String...) -> String {
    let list = prefixes.map { "\"\($0)\"" }.joined(separator: ",")
    return
      #"{"name":"\#(name)","id":"\#(name)","properties":{"changeNumber":2,"region":"","addressPrefixes":[\#(list)]}}"#
  }

  @Test(
    "Microsoft's own files of both clouds are read whole",
    arguments: [(Cloud.publicCloud, 363, 5, 622), (.china, 370, 3, 38)])
  func real(_ cloud: Cloud, _ change: Int64, _ tags: Int, _ prefixes: Int) throws {
    let path = Tool.repository.appending(
      path: "Tests/DecidingTests/Fixtures/ServiceTags_\(cloud.fileWord).json")
    let file = try TagFileReader.read(Array(Data(contentsOf: path)))
    #expect((file.cloud, file.change, file.tags.count, file.prefixCount) == (cloud, change, tags, prefixes))
    #expect(
      (file[TagName("AzureFrontDoor.FirstParty") ?? file.tags[0].name] != nil) == (cloud == .publicCloud))
  }

  @Test("what is wrong is told with its place, and what to try")
  func refused() throws {
    let tag = try #require(TagName("A"))
    let cases: [(String, TagFileError)] = [
      ("<!DOCTYPE html><html>", .page), (" \n<html>", .page),
      (file(value("A", "20.0.0.0/24"), cloud: "Germany"), .unknownCloud("Germany")),
      (file(value("A", "20.0.0.0/24") + "," + value("a", "20.0.1.0/24")), .twice(tag)),
      (file(value("A", "20.0.0.1/24")), .hostBits("20.0.0.1/24", tag: tag)),
      (file(value("A", "2603::1/64")), .hostBits("2603::1/64", tag: tag)),
      (file(value("A", "20.0.0.0/33")), .prefix("20.0.0.0/33", tag: tag)),
      (file(value("A", "20.0.0/24")), .prefix("20.0.0/24", tag: tag)),
      (file(value("A", "")), .prefix("", tag: tag)),
      (file(value("A", "0.0.0.0/0")), .tooWide(try #require(IPPrefix("0.0.0.0/0")), tag: tag)),
      (file(value("A", "::/0")), .tooWide(try #require(IPPrefix("::/0")), tag: tag)),
      (file(value("", "20.0.0.0/24")), .tagName("")), (file(value("A b", "20.0.0.0/24")), .tagName("A b")),
      (file(""), .empty), (file(value("A")), .empty),
      (
        file(value("A", "20.0.0.0/24"), change: "-1"),
        .malformed(place: "changeNumber", detail: "it is below 0")
      ),
    ]
    for (text, error) in cases {
      #expect(throws: error, "\(text)") { try read(text) }
      #expect(error.description.contains("Try: "))
    }
  }

  @Test(
    "members that are missing or of another type are told by their path",
    arguments: [
      (#"{"cloud":"Public","values":[]}"#, "", "'changeNumber' is missing"),
      (#"{"changeNumber":"x","cloud":"Public","values":[]}"#, "changeNumber", ""),
      (#"{"changeNumber":1.5,"cloud":"Public","values":[]}"#, "", ""),
      (#"{"changeNumber":99999999999999999999,"cloud":"Public","values":[]}"#, "", ""),
      (
        #"{"changeNumber":1,"cloud":"Public","values":[{"name":"A","properties":{"changeNumber":1,"addressPrefixes":[1]}}]}"#,
        "values[0].properties.addressPrefixes[0]", ""
      ),
      (
        #"{"changeNumber":1,"cloud":"Public","values":[{"name":"A"}]}"#, "values[0]",
        "'properties' is missing"
      ),
      (#"{"changeNumber":1,"#, "", ""), ("", "", ""), ("[]", "", ""), ("null", "", ""),
      ("\u{0}\u{1}", "", ""),
      (String(repeating: "[", count: 100_000), "", ""),
      (String(repeating: #"{"values":"#, count: 10_000), "", ""),
    ])
  func malformed(_ text: String, _ place: String, _ detail: String) throws {
    do throws(TagFileError) {
      _ = try read(text)
      Issue.record("it was read")
    } catch {
      guard case .malformed(let foundPlace, let foundDetail) = error else {
        Issue.record("\(error)")
        return
      }
      #expect(foundPlace == place)
      #expect(detail.isEmpty || foundDetail == detail)
    }
  }

  @Test("a file cut anywhere is refused, so that half of it is never taken for all")
  func cut() throws {
    let whole = file(value("A", "20.0.0.0/24", "2603::/32"))
    for length in 0..<whole.utf8.count {
      #expect(throws: TagFileError.self) { try TagFileReader.read(Array(whole.utf8.prefix(length))) }
    }
    _ = try read(whole)
  }

  @Test("a prefix that a tag has twice, and one that several tags have, are no faults")
  func repeated() throws {
    let file = try read(
      file(value("A", "20.0.0.0/24", "20.0.0.0/24", "20.0.0.0/16") + "," + value("B", "20.0.0.0/24")))
    #expect(file.prefixCount == 3)
  }

  @Test("a file that Windows marked as UTF-8 is read; UTF-16 is read or refused, never half")
  func marked() throws {
    let text = file(value("A", "20.0.0.0/24"))
    #expect(try TagFileReader.read([0xef, 0xbb, 0xbf] + Array(text.utf8)).prefixCount == 1)
    #expect(throws: TagFileError.page) { try read("\u{feff}<html>") }
    var wide: [UInt8] = [0xff, 0xfe]
    for unit in text.utf16 { wide += [UInt8(truncatingIfNeeded: unit), UInt8(unit >> 8)] }
    if let found = try? TagFileReader.read(wide) { #expect(try found == read(text)) }
  }

  @Test("a file without end is not read")
  func huge() {
    #expect(throws: TagFileError.tooMuch(what: "octets", most: TagFileReader.mostOctets)) {
      try TagFileReader.read([UInt8](repeating: 0x20, count: TagFileReader.mostOctets + 1))
    }
  }
}
