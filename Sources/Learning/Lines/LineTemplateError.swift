/// What is wrong with the description of a line format.
package struct LineTemplateError: Error, Sendable, Hashable, CustomStringConvertible {
  enum Fault: Sendable, Hashable {
    case noName
    case secondName
    case secondRest
    case emptyPlaceholder
    case unclosedBrace
    case unopenedBrace
    /// Two placeholders without text between; the second one's word.
    case touchingPlaceholders(String)
    case pointerWithoutSlash
    case pointerEscape
    case tooManyParts
  }

  /// The whole description.
  package let template: String
  let fault: Fault

  init(_ template: String, _ fault: Fault) {
    self.template = template
    self.fault = fault
  }

  /// What is wrong, with the description and what to try.
  package var description: String {
    let (reason, advice) = reasonAndAdvice
    return "can't read the line format '\(template)': \(reason). Try: \(advice)"
  }

  private var reasonAndAdvice: (String, String) {
    switch fault {
    case .noName: ("it doesn't say where the name is", "put {name} where the hostname stands, or json:/KEY")
    case .secondName: ("{name} is there twice", "give the other one another word, such as {host}")
    case .secondRest:
      ("{*} is there twice on one side of {name}", "name the words between, as in {time} {client}")
    case .emptyPlaceholder: ("{} has no word", "{*} for any text, or a word such as {time}")
    case .unclosedBrace: ("a { has no }", "close it, or write {{ for a brace")
    case .unopenedBrace: ("a } has no {", "write }} for a brace")
    case .touchingPlaceholders(let word):
      (
        "nothing tells where the placeholder before {\(word)} ends",
        "put the text between them, or leave one out"
      )
    case .pointerWithoutSlash: ("a JSON pointer begins with a slash", "json:/query_name")
    case .pointerEscape:
      ("a ~ in a JSON pointer begins an escape", "~0 for a tilde, ~1 for a slash within a key")
    case .tooManyParts: ("it has too many parts", "{*} for what doesn't matter")
    }
  }
}
