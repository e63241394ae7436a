import DNS
import Testing

@Suite struct NamePatternTests {
  @Test(arguments: [
    ("*.data.example.com", "eastus.data.example.com", true),
    ("*.data.example.com", "data.example.com", false),
    ("*.data.example.com", "a.b.data.example.com", false),
    ("*.data.example.com", "a.olddata.example.com", false),
    ("*.data.example.com", "a.data.example.com.evil.test", false),
    ("*.data.example.com", "adata.example.com", false),
    ("*.data.example.com", "a\\.b.data.example.com", true),
    ("*.data.example.com", "a\\\\.data.example.com", true),
    ("**.data.example.com", "a.data.example.com", true),
    ("**.data.example.com", "a.b.c.data.example.com", true),
    ("**.data.example.com", "data.example.com", false),
    ("**.data.example.com", "a.olddata.example.com", false),
    ("a.*.example.com", "a.b.example.com", true), ("a.*.example.com", "b.b.example.com", false),
    ("a.*.example.com", "a.b.c.example.com", false), ("*.*.example.com", "a.b.example.com", true),
    ("*.*.example.com", "b.example.com", false), ("**.*.example.com", "a.b.c.example.com", true),
    ("**.*.example.com", "c.example.com", false), ("*.example.com", ".", false),
  ])
  func `A star stands for one whole label, two stars for one or more`(
    pattern: String, name: String, expected: Bool
  ) throws {
    #expect(try NamePattern(pattern).matches(DomainName(name)) == expected)
  }

  @Test(arguments: [
    ("data.example.com", NamePatternError.noStar("data.example.com")), ("*", .tooWide("*")),
    ("*.com", .tooWide("*.com")),
    ("**.com", .tooWide("**.com")), ("a.*.com", .tooWide("a.*.com")),
    ("*.example.*", .tooWide("*.example.*")),
    ("a*.example.com", .partialLabel("a*", in: "a*.example.com")),
    ("***.example.com", .partialLabel("***", in: "***.example.com")),
    ("a.**.example.com", .doubleStarNotFirst("a.**.example.com")),
    ("", .notAName(.empty)), ("*..example.com", .notAName(.emptyLabel("*..example.com"))),
  ])
  func `A pattern that would mean something else, or too much, is refused`(
    text: String, error: NamePatternError
  ) {
    #expect(throws: error) { try NamePattern(text) }
    #expect(!error.description.isEmpty)
  }

  @Test func `Case and the final dot don't matter`() throws {
    let pattern = try NamePattern("*.DATA.Example.com.")
    #expect(pattern.text == "*.data.example.com")
    #expect(
      try pattern == NamePattern("*.data.example.com")
        && pattern == NamePattern(canonical: "*.data.example.com"))
    #expect(try pattern.matches(DomainName("EastUS.data.example.com")))
  }
}
