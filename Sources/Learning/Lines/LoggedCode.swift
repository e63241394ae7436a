import Deciding

/// What an answer's code says of the name that was asked.
enum LoggedCode {
  /// By its name (RFC 6895 §2.3). A failure says nothing: the client asked, no more.
  static func evidence(_ text: UnsafeBufferPointer<UInt8>) -> NameEvidence {
    if text.isText("NOERROR", 0..<text.count) { return .resolved }
    if text.isText("NXDOMAIN", 0..<text.count) { return .denied }
    return .asked
  }

  /// By its name, or by its number as digits, with the number of answers when the log has it: none is no address.
  static func evidence(number: UnsafeBufferPointer<UInt8>, answers: UnsafeBufferPointer<UInt8>? = nil)
    -> NameEvidence
  {
    if number.isText("3", 0..<number.count) { return .denied }
    guard number.isText("0", 0..<number.count) else { return .asked }
    return answers?.isText("0", 0..<(answers?.count ?? 0)) == true ? .denied : .resolved
  }
}
