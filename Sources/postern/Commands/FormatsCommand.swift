import ArgumentParser
import Publishing

struct FormatsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "formats", abstract: "The formats that sets are written in, and which products take them.")

  @Argument(help: "Show only this one.")
  var format: String?
  @OptionGroup var output: OutputOptions
  @OptionGroup var shared: SharedOptions

  func run() throws {
    let catalog = try shared.load().formatCatalog()
    let shown = try catalog.only(format)
    guard !output.json else { return Console.write(shown.json) }
    var table = Table("FORMAT", "ENDING", "MEDIA TYPE", "FAMILIES", "LIMITS", "OPTIONS", "TAKEN BY")
    for format in shown.all {
      table.add(
        format.id, format.fileExtension, format.mediaType,
        format.families.map(\.rawValue).joined(separator: ","),
        format.limits.map { "\($0.most) \($0.unit.rawValue)" }.joined(separator: ", "),
        format.takes.map(\.rawValue).sorted().joined(separator: ","),
        format.products.joined(separator: ", "))
    }
    Console.line(table.text)
  }
}

extension FormatCatalog {
  /// The one that is named, or all.
  fileprivate func only(_ id: String?) throws -> FormatCatalog {
    guard let id else { return self }
    guard let format = format(id: id) else {
      throw CommandFailure(
        .notFound, "there is no format '\(id)'", try: all.map(\.id).joined(separator: ", "))
    }
    return FormatCatalog(only: format)
  }
}

extension Configuration {
  /// The formats built in, and those of the configured folder.
  func formatCatalog() throws -> FormatCatalog {
    guard let folder = templates.value else { return .builtIn }
    return try FormatCatalog(own: TemplateFormat.all(in: folder))
  }
}
