import Deciding
import Testing

@testable import Learning

@Suite struct RefusedLinesTests {
  static func text(_ line: String) -> String {
    Array(line.utf8).withUnsafeBufferPointer { RefusedLines.text(of: $0) }
  }

  @Test(
    "a sample must show the line, and neither a client nor what a terminal acts on",
    arguments: [
      ("Nov 23 08:31:19 x from 10.20.3.17", "Nov 23 08:31:19 x from (address)"),
      ("10.20.3.17:48197 - 5", "(address) - 5"), ("10.20.3.17#41854 (x)", "(address)#41854 (x)"),
      ("[fd00:20::17]:43809", "[(address)]:43809"), ("fe80::1%eth0", "(address)%eth0"), ("::1", "(address)"),
      ("::ffff:10.0.0.1 x", "(address) x"), ("10.20.3.17.", "(address)"),
      ("4.3.2.1.in-addr.arpa", "(address)in-addr.arpa"),
      ("1.2.3.4.5 x", "(address) x"), ("2001:db8:0:0:0:0:0:1,", "(address),"),
      ("version 2.90", "version 2.90"),
      ("1795422713.5 8:31:19", "1795422713.5 8:31:19"), ("a.b.c.d", "(address)"),
      ("a\u{1b}[31m\tb\r", "a\\x1b[31m\\x09b\\x0d"), ("\u{e9}", "\\xc3\\xa9"), ("a\\x", "a\\x5cx"),
    ])
  func blotsOut(_ line: String, _ text: String) { #expect(Self.text(line) == text) }

  @Test("a sample is never longer than a person reads")
  func bounds() {
    #expect(Self.text(String(repeating: "\u{1}", count: 8000)).count == 200)
    #expect(Self.text(String(repeating: "f", count: 8000)).count == 200)
    #expect(Self.text(String(repeating: "::", count: 4000)).count <= 200)
  }

  @Test("one fault must not push the others out")
  func keepsEachFault() {
    var refused = RefusedLines()
    func add(_ text: String, _ fault: LineFault) {
      refused.beginBatch()
      Array(text.utf8).withUnsafeBufferPointer { refused.add($0, fault) }
    }
    add("first", .torn)
    for number in 0..<1000 { add("line \(number)", .notHostname) }
    #expect(refused.samples.count == RefusedLines.most)
    #expect(refused.samples.first == RefusedSample(fault: "torn", text: "first"))
    #expect(refused.samples.last == RefusedSample(fault: "notHostname", text: "line 999"))
  }
}
