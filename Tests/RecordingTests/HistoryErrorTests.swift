import Deciding
import Testing

@testable import Recording

@Suite struct HistoryErrorTests {
  @Test(arguments: [
    HistoryError.missing(path: "/s/h"), .empty(path: "/s/h"), .notADatabase(path: "/s/h"),
    .foreign(path: "/s/h", applicationID: 1), .newer(path: "/s/h", version: 2, supported: 1),
    .older(path: "/s/h", version: 0, supported: 1), .damaged(path: "/s/h", detail: "d"),
    .writerIsRunning(path: "/s/h", pid: nil), .cannotOpen(path: "/s/h", detail: "d"), .readOnly(path: "/s/h"),
    .diskFull(path: "/s/h"), .busy(path: "/s/h"), .inputOutput(path: "/s/h", detail: "d"),
    .failed(path: "/s/h", detail: "d"),
  ])
  func `Each error says what failed, which file, and what to try`(error: HistoryError) {
    #expect(error.description.contains("/s/h"))
    #expect(error.description.contains(". Try: "))
  }
}
