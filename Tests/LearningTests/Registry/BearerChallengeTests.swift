import Testing

@testable import Learning

struct BearerChallengeTests {
  @Test(
    "The realm of a bearer token is found in whatever order and spelling",
    arguments: [
      #"Bearer realm="https://r.example/token",service="r.example",scope="repository:x:pull""#,
      #"bearer service="a, realm=b",  REALM = "https://r.example/token""#,
      #"Basic realm="Registry", Bearer realm="https://r.example/token""#,
      "Bearer realm=https://r.example/token",
      #"Bearer scope="say \"realm=x\"",realm="https://r.example/token""#,
    ])
  func found(_ field: String) {
    #expect(BearerChallenge.realm(in: field) == "https://r.example/token")
  }

  @Test(
    "Another scheme's realm, and a broken field, give none",
    arguments: [
      "", "Bearer", "Bearer realm", "Bearer realm=", #"Basic realm="https://r.example/token""#,
      #"Bearer service="realm=\"https://r.example/token\"""#, "Bearer realm=,", "realm=x", "=,=,=", "\"",
      "Bearer scope=bearer",
    ])
  func none(_ field: String) {
    #expect(BearerChallenge.realm(in: field) == nil)
  }

  @Test("A huge field is not read")
  func huge() {
    #expect(BearerChallenge.realm(in: "Bearer " + String(repeating: "a=b,", count: 100_000)) == nil)
  }
}
