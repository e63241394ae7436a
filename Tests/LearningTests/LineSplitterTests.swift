import Testing

@testable import Learning

@Suite struct LineSplitterTests {
  private static func split(_ text: String, withinLine: Bool = false) -> (
    lines: [String], consumed: Int, discarded: Int
  ) {
    var lines = [String]()
    var splitter = LineSplitter(withinLine: withinLine)
    let consumed = Array(text.utf8).withUnsafeBufferPointer { octets in
      splitter.split(octets) { lines.append(String(decoding: $0, as: UTF8.self)) }
    }
    return (lines, consumed, splitter.discardedLines)
  }

  @Test(
    "a line must come out as its writer meant it",
    arguments: [
      ("", [], 0), ("a", [], 0), ("a\n", ["a"], 2), ("a\nb", ["a"], 2), ("a\r\nb\n", ["a", "b"], 5),
      ("\n\n", ["", ""], 2),
      ("\0\0\0a\n", ["a"], 5), ("a\0b\n\0", ["ab"], 4), ("\u{1b}[31ma\u{1b}[0m\n", ["a"], 11),
      ("a\r\0\n", ["a"], 4),
      ("\u{1b}a\n", ["\u{1b}a".filter { $0 != "\0" }], 3), ("\u{1b}[31\n", [""], 5),
      ("a\u{1b}\n", ["a\u{1b}"], 3),
    ] as [(String, [String], Int)])
  func cleansLines(_ text: String, _ lines: [String], _ consumed: Int) {
    let result = Self.split(text)
    #expect(result.lines == lines)
    #expect(result.consumed == consumed)
  }

  @Test("a line without end must neither be kept nor passed in parts")
  func discardsLongLines() {
    let long = String(repeating: "x", count: LineSplitter.longestLine)
    #expect(Self.split(long + "\n").lines == [long])
    #expect(Self.split(long + "x\na\n").lines == ["a"])
    #expect(Self.split(long + "x\na\n").discarded == 1)
    let open = Self.split("a\n" + long + "x")
    #expect(open.lines == ["a"] && open.consumed == LineSplitter.longestLine + 3 && open.discarded == 1)
    let rest = Self.split("end\nb\n", withinLine: true)
    #expect(rest.lines == ["b"] && rest.discarded == 0)
  }

  @Test("the last line of a text that ends without a line feed counts")
  func finishes() {
    var lines = [String]()
    var splitter = LineSplitter()
    for rest in ["", "a\r", "\0b"] {
      Array(rest.utf8).withUnsafeBufferPointer { octets in
        splitter.finish(octets) { lines.append(String(decoding: $0, as: UTF8.self)) }
      }
    }
    #expect(lines == ["a", "b"])
  }
}
