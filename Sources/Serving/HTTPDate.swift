import Deciding

/// The date format of HTTP (RFC 9110 §5.6.7).
enum HTTPDate {
  private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// `Sun, 06 Nov 1994 08:49:37 GMT`.
  static func text(_ moment: Timestamp) -> String {
    // RFC 3339 text has every field at a fixed place; 1970-01-01 was a Thursday.
    let fields = Array(moment.description.utf8)
    func field(_ range: Range<Int>) -> String { String(decoding: fields[range], as: UTF8.self) }
    let day = Int(max(0, moment.seconds) / 86_400 % 7)
    let month = (Int(field(5..<7)) ?? 1) - 1
    return "\(days[day]), \(field(8..<10)) \(months[month]) \(field(0..<4)) \(field(11..<19)) GMT"
  }

  /// Reads the current form and the two obsolete ones that RFC 9110 makes recipients accept. Nil for anything else.
  static func moment(_ text: String) -> Timestamp? {
    let words = text.split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }.map { String($0) }
    // "Sun, 06 Nov 1994 08:49:37 GMT" and "Sunday, 06-Nov-94 08:49:37 GMT", or "Sun Nov  6 08:49:37 1994".
    let isC = words.count == 7 && months.contains(words[1])
    guard isC || words.count == 8 && words[7] == "GMT" else { return nil }
    let (day, month, year, time) =
      isC ? (words[2], words[1], words[6], words[3...5]) : (words[1], words[2], words[3], words[4...6])
    guard let month = months.firstIndex(of: month), let day = Int(day), var year = Int(year) else {
      return nil
    }
    if year < 100 { year += year < 70 ? 2000 : 1900 }
    func two(_ number: Int) -> String { (number < 10 ? "0" : "") + String(number) }
    return Timestamp("\(year)-\(two(month + 1))-\(two(day))T\(time.joined(separator: ":"))Z")
  }
}
