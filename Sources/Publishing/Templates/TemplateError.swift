/// Why a user's own format can't be used.
package struct TemplateError: Error, Hashable, CustomStringConvertible {
  /// The file, as it was named.
  package let file: String
  /// Where in the file, both from 1; nil when it is about the file as a whole.
  package let line: Int?
  /// What is wrong, a phrase.
  package let reason: String
  /// What to try.
  package let remedy: String

  init(_ file: String, line: Int? = nil, _ reason: String, remedy: String) {
    self.file = file
    self.line = line
    self.reason = reason
    self.remedy = remedy
  }

  package var description: String {
    "template \(file)\(line.map { ":\($0)" } ?? ""): \(reason). Try: \(remedy)"
  }
}
