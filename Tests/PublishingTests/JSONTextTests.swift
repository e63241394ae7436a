import Publishing
import TestTools
import Testing

@Suite struct JSONTextTests {
  @Test("jq reads back every string, whatever is in it")
  func escapes() async throws {
    let texts = ["", "a\"b\\c", "\u{0}\u{1}\n\r\t\u{1f}\u{7f}", "é\u{2028}🚪", "</script>"]
    var json = JSONText()
    json.strings(texts)
    json.endLine()
    let jq = try await Tool.run(
      "jq", ["-r", "map(explode | map(tostring) | join(\" \")) | .[]"], input: json.bytes)
    #expect(
      jq.text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        == texts.map { $0.unicodeScalars.map { "\($0.value)" }.joined(separator: " ")[...] }[...])
  }

  @Test("commas stand between values and nowhere else")
  func commas() {
    var json = JSONText()
    json.beginObject()
    json.beginArray("a")
    json.endArray()
    json.beginArray("b")
    json.number(1)
    json.boolean(true)
    json.null()
    json.beginObject()
    json.endObject()
    json.endArray()
    json.optional(nil, "c")
    json.string("x", "d")
    json.endObject()
    #expect(json.bytes.text == #"{"a":[],"b":[1,true,null,{}],"c":null,"d":"x"}"#)
  }
}
