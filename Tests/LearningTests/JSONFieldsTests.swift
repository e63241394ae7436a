import Testing

@testable import Learning

@Suite struct JSONFieldsTests {
  /// What stands at the places, as text; `nil` for a line that isn't a whole object.
  static func read(_ line: String, _ places: [String]) -> [String]? {
    let fields = JSONFields(pointers: places)
    var values = [JSONValue]()
    return Array(line.utf8).withUnsafeBufferPointer { line in
      guard fields.read(line, into: &values) else { return nil }
      return values.map { value in
        switch value.kind {
        case .absent: "absent"
        case .twice: "twice"
        case .string: value.withText(in: line) { "'" + String(decoding: $0, as: UTF8.self) + "'" }
        case .word, .container: String(decoding: line.part(value.range), as: UTF8.self)
        }
      }
    }
  }

  @Test(
    "a value must be found where its place says, and nowhere else",
    arguments: [
      (#"{"a":"x"}"#, ["/a"], ["'x'"]),
      (#" { "a" : "x" , "b":1 } "#, ["/a", "/b"], ["'x'", "1"]),
      (#"{"a":{"b":{"c":"x"}}}"#, ["/a/b/c", "/a/b", "/c"], ["'x'", #"{"c":"x"}"#, "absent"]),
      (
        #"{"a":[{"n":"x"},{"n":"y"}]}"#, ["/a/0/n", "/a/1/n", "/a/2/n", "/a/n"],
        ["'x'", "'y'", "absent", "absent"]
      ),
      (#"{"a":{"0":"x"}}"#, ["/a/0"], ["'x'"]), (#"{"a":["x"]}"#, ["/a/00", "/a/-1"], ["absent", "absent"]),
      (#"{"a":"}","b":"{\"a\":1}","c":["]",{}]}"#, ["/c", "/b"], [#"["]",{}]"#, #"'{"a":1}'"#]),
      (
        #"{"a":true,"b":null,"c":-1.5e3,"d":""}"#, ["/a", "/b", "/c", "/d"], ["true", "null", "-1.5e3", "''"]
      ),
      (#"{"a\/b":"x","m~n":"y","":"z"}"#, ["/a~1b", "/m~0n", "/"], ["'x'", "'y'", "'z'"]),
      (#"{"\u0061":"x"}"#, ["/a"], ["'x'"]), (#"{"a":"\u002e\u0041\n\"\\\/"}"#, ["/a"], ["'.A\n\"\\/'"]),
      (#"{"a":"\u00e9\ud800\uZZZZ\q"}"#, ["/a"], ["'\u{e9}\0\0\0'"]),
      (#"{"a":"x","a":"y"}"#, ["/a"], ["twice"]), (#"{"a":"x","\u0061":"y"}"#, ["/a"], ["twice"]),
      (#"{"a":{"b":"x"},"a":{"b":"y"}}"#, ["/a/b"], ["twice"]),
      (#"{"a":"x","a":"y","a":"z"}"#, ["/a"], ["twice"]),
      (#"{"a":"x","b":{"a":"y"}}"#, ["/a"], ["'x'"]), (#"{}"#, ["/a"], ["absent"]),
      (#"{"a":[]}"#, ["/a/0"], ["absent"]), (#"{"ab":"x"}"#, ["/a", "/abc"], ["absent", "absent"]),
    ] as [(String, [String], [String])])
  func finds(_ line: String, _ places: [String], _ values: [String]) {
    #expect(Self.read(line, places) == values)
  }

  @Test(
    "what is no whole object must give nothing",
    arguments: [
      "", "{", "}", "[]", "\"a\"", "{\"a\"", "{\"a\":", "{\"a\":}", "{\"a\":\"x", "{\"a\":\"x\"",
      "{\"a\":\"x\",",
      "{\"a\":\"x\",}", "{\"a\":\"x\"}}", "{\"a\":\"x\"} x", "{\"a\":\"x\"}{\"a\":\"y\"}", "{a:\"x\"}",
      "{'a':'x'}",
      "{\"a\":\"x\\\"}", "{\"a\":\"x\u{1}\"}", "{\"a\":\"\r\"}", "{\"b\":[}", "{\"b\":[{]}}", "{\"b\":{]}",
      "{,\"a\":1}",
      "{\"a\" \"x\"}", "{\"a\":\"x\" \"b\":1}",
      "{\"b\":" + String(repeating: "[", count: 65)
        + String(repeating: "]", count: 65) + "}",
      String(repeating: "{\"b\":", count: 2000), "{\"a\":\"x\\",
    ])
  func refuses(_ line: String) { #expect(Self.read(line, ["/a", "/b/a/0"]) == nil) }

  @Test("depth and length must not cost more than the line")
  func bounds() {
    let deep = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
    #expect(Self.read("{\"b\":\(deep),\"a\":\"x\"}", ["/a"]) == ["'x'"])
    let long = String(repeating: "\\\"[{", count: 2000)
    #expect(Self.read("{\"b\":\"\(long)\",\"a\":\"x\"}", ["/a"]) == ["'x'"])
    #expect(
      Self.read("{" + String(repeating: "\"b\":1,", count: 1000) + "\"a\":2}", ["/a", "/b"]) == [
        "2", "twice",
      ])
  }

  @Test(
    "a string must end where it ends, wherever that falls among the octets that are looked at together",
    arguments: ["a", "!", "#", "[", "]", "é", "\u{7f}", "\u{10ffff}"])
  func findsEnds(filling: String) {
    for length in 0...20 {
      let text = String(repeating: filling, count: length)
      #expect(Self.read(#"{"a":"\#(text)","b":"x"}"#, ["/a", "/b"]) == ["'\(text)'", "'x'"])
      #expect(Self.read(#"{"a":"\#(text)\""\#(text)","b":"x"}"#, ["/b"]) == nil)
      #expect(Self.read(#"{"a":"\#(text)\"\#(text)","b":"x"}"#, ["/b"]) == ["'x'"])
      #expect(Self.read(#"{"a":"\#(text)\\","b":"x"}"#, ["/b"]) == ["'x'"])
      for control in ["\0", "\u{1f}", "\n"] {
        #expect(Self.read(#"{"a":"\#(text)\#(control)\#(text)","b":"x"}"#, ["/b"]) == nil)
      }
    }
  }
}
