/// A moment in UTC, in whole milliseconds since 1970-01-01. It is always passed in, never read here.
package struct Timestamp: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
  /// Milliseconds since the epoch.
  package let milliseconds: Int64

  /// - Parameter milliseconds: since the epoch; negative before it.
  package init(milliseconds: Int64) { self.milliseconds = milliseconds }

  /// - Parameter seconds: since the epoch, within ±292 million years; beyond, the multiplication traps.
  package init(seconds: Int64) { milliseconds = seconds * 1000 }

  /// Whole seconds since the epoch, rounded down.
  package var seconds: Int64 { milliseconds.flooredDivided(by: 1000) }

  /// RFC 3339 in UTC with whole seconds: `2026-11-23T08:31:19Z`. Years outside 0 to 9999, which RFC 3339 can't write,
  /// are clamped.
  package var description: String {
    var text = [UInt8]()
    text.reserveCapacity(20)
    appendText(to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// Appends the text of `description`, as the formats do for each of many elements.
  package func appendText(to text: inout [UInt8]) {
    let seconds = min(max(self.seconds, -62_167_219_200), 253_402_300_799)
    let (days, time) = (seconds.flooredDivided(by: 86_400), seconds.flooredModulo(86_400))
    let date = Self.civil(fromDays: days)
    func append(_ value: Int64, digits: Int, then mark: Unicode.Scalar) {
      var divisor: Int64 = digits == 4 ? 1000 : 10
      while divisor > 0 {
        text.append(UInt8(truncatingIfNeeded: 0x30 + value / divisor % 10))
        divisor /= 10
      }
      text.append(UInt8(ascii: mark))
    }
    append(date.year, digits: 4, then: "-")
    append(date.month, digits: 2, then: "-")
    append(date.day, digits: 2, then: "T")
    append(time / 3600, digits: 2, then: ":")
    append(time / 60 % 60, digits: 2, then: ":")
    append(time % 60, digits: 2, then: "Z")
  }

  /// Reads `2026-11-23`, `2026-11-23T08:31:19Z`, the same with a space or without the `Z` (UTC), or seconds since
  /// the epoch. Nil for anything else.
  package init?(_ text: some StringProtocol) {
    if let seconds = Int64(text), (0...253_402_300_799).contains(seconds) {
      self.init(seconds: seconds)
      return
    }
    let utf8 = Array(text.utf8)
    func number(_ range: Range<Int>) -> Int64? {
      guard range.upperBound <= utf8.count, utf8[range].allSatisfy({ (0x30...0x39).contains($0) }) else {
        return nil
      }
      return utf8[range].reduce(0) { $0 * 10 + Int64($1 - 0x30) }
    }
    func isMark(_ index: Int, _ marks: String) -> Bool {
      index < utf8.count && marks.utf8.contains(utf8[index])
    }
    guard let year = number(0..<4), isMark(4, "-"), let month = number(5..<7), isMark(7, "-"),
      let day = number(8..<10), (1...12).contains(month), (1...Self.days(in: month, of: year)).contains(day)
    else { return nil }
    var seconds = Self.days(fromCivil: year, month, day) * 86_400
    if utf8.count > 10 {
      guard isMark(10, "Tt "), let hour = number(11..<13), isMark(13, ":"), let minute = number(14..<16),
        isMark(16, ":"), let second = number(17..<19), hour < 24, minute < 60, second < 60,
        utf8.count == 19 || utf8.count == 20 && isMark(19, "Zz")
      else { return nil }
      seconds += hour * 3600 + minute * 60 + second
    }
    self.init(seconds: seconds)
  }

  package static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }

  /// The moment after `span`, to the millisecond; clamped at the ends of `Int64` instead of trapping.
  package static func + (moment: Timestamp, span: Duration) -> Timestamp {
    Timestamp(milliseconds: moment.milliseconds.addingClamped(span.milliseconds))
  }

  /// The moment `span` before, to the millisecond; clamped at the ends of `Int64` instead of trapping.
  package static func - (moment: Timestamp, span: Duration) -> Timestamp {
    Timestamp(milliseconds: moment.milliseconds.addingClamped(-span.milliseconds))
  }

  /// The time from `earlier` to `later`; negative when the clock went back.
  package static func - (later: Timestamp, earlier: Timestamp) -> Duration {
    .milliseconds(later.milliseconds - earlier.milliseconds)
  }

  /// Days since the epoch of a date in the proleptic Gregorian calendar (H. Hinnant, chrono-compatible algorithms).
  private static func days(fromCivil year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let year = month <= 2 ? year - 1 : year
    let era = year.flooredDivided(by: 400)
    let yearOfEra = year - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  private static func civil(fromDays days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = days + 719_468
    let era = shifted.flooredDivided(by: 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
  }

  private static func days(in month: Int64, of year: Int64) -> Int64 {
    let next = month == 12 ? days(fromCivil: year + 1, 1, 1) : days(fromCivil: year, month + 1, 1)
    return next - days(fromCivil: year, month, 1)
  }
}

extension Duration {
  /// Whole milliseconds, rounded toward zero.
  package var milliseconds: Int64 {
    components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
  }
}

extension Int64 {
  fileprivate func flooredDivided(by divisor: Int64) -> Int64 {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
  }

  fileprivate func flooredModulo(_ divisor: Int64) -> Int64 { self - flooredDivided(by: divisor) * divisor }

  fileprivate func addingClamped(_ other: Int64) -> Int64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? (other > 0 ? .max : .min) : sum
  }
}
