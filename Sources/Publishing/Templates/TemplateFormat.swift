package import Deciding

import DNS
import Foundation
import Mustache

/// A user's own format: a Mustache template that sees the snapshot and nothing else.
///
/// `ID.mustache` is the format `ID`, whose files end in `.ID`; `ID.conf.mustache` has files that end in `.ID.conf`.
/// Values are text and aren't escaped for HTML. Partials are other files of the same folder; those that begin with `_`
/// are nothing but partials.
package struct TemplateFormat: Format {
  package let id: String
  package let fileExtension: String
  package let mediaType: String
  package let takes = Set<FormatOption>.list.union([.cidr])
  package let products = ["your own template"]
  /// The template's file.
  package let file: String
  private let template: MustacheTemplate
  private let library: MustacheLibrary
  private let size: Int

  /// The end of every template file's name.
  package static let ending = ".mustache"

  /// Reads a template with the partials that it includes, and looks through all of it.
  ///
  /// - Throws: `TemplateError`, with file and line where there is one.
  package init(file: String) throws(TemplateError) {
    let folder = URL(filePath: file).deletingLastPathComponent()
    let name = URL(filePath: file).lastPathComponent
    guard name.hasSuffix(Self.ending) else {
      throw TemplateError(
        file, "it doesn't end in '\(Self.ending)'", remedy: "acl.mustache, or acl.conf.mustache")
    }
    let stem = String(name.dropLast(Self.ending.utf8.count))
    let parts = stem.split(separator: ".", omittingEmptySubsequences: false)
    let isPlain = parts.allSatisfy { part in
      !part.isEmpty
        && part.utf8.allSatisfy {
          (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-")
        }
    }
    guard isPlain, let first = parts.first, stem.utf8.count <= 64 else {
      throw TemplateError(
        file, "a file name gives the format its name, and this can't be one",
        remedy: "lower-case letters, digits and hyphens, such as acl.conf.mustache")
    }
    var sources = [String: TemplateSource]()
    size = try Self.load(stem, in: folder, through: [], into: &sources)
    guard let own = sources[stem] else { throw TemplateError(file, "it can't be read", remedy: "its mode") }
    self.file = file
    id = String(first)
    fileExtension = stem
    mediaType = Self.mediaTypes[String(parts.last ?? "")] ?? "text/plain; charset=utf-8"
    template = own.template
    library = MustacheLibrary(templates: sources.mapValues(\.template))
  }

  /// All templates of a folder, sorted by name.
  ///
  /// - Throws: `TemplateError` for the first that can't be used; nothing is left out silently.
  package static func all(in folder: String) throws(TemplateError) -> [TemplateFormat] {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder)
    } catch {
      throw TemplateError(
        folder, "the folder can't be read", remedy: "a folder with files such as acl.mustache")
    }
    var formats = [TemplateFormat]()
    for name in names.sorted() where name.hasSuffix(ending) && !name.hasPrefix("_") && !name.hasPrefix(".") {
      formats.append(try TemplateFormat(file: folder + (folder.hasSuffix("/") ? "" : "/") + name))
    }
    return formats
  }

  package func render(
    _ snapshot: Snapshot, _ options: RenderOptions, _ context: RenderContext
  ) throws(RenderError) -> [UInt8] {
    let entries = try entries(snapshot, options)
    let budget = TemplateBudget(round: size)
    var values = [TemplateEntry]()
    values.reserveCapacity(entries.count)
    entries.forEachEntry(in: snapshot) { entry, elements in
      values.append(
        TemplateEntry(entry: entry, elements: elements, alwaysLength: options.cidr == .always, budget: budget)
      )
    }
    let root = TemplateRoot(
      snapshot: snapshot, entries: values, selectors: context.selectors.map(\.description), budget: budget)
    var body = Array(template.render(root, library: library).utf8)
    guard !budget.isExceeded else { throw .templateTooLarge(format: id) }
    if body.last != 0x0a { body.appendLineFeed() }
    return body
  }

  private static let mediaTypes = [
    "json": "application/json", "yaml": "application/yaml", "yml": "application/yaml",
    "xml": "application/xml",
    "csv": "text/csv; charset=utf-8",
  ]

  /// Reads a template and what it includes.
  ///
  /// - Returns: the octets of both, each as often as it is included.
  private static func load(
    _ name: String, in folder: URL, through path: [String], into sources: inout [String: TemplateSource]
  ) throws(TemplateError) -> Int {
    let source: TemplateSource
    if let known = sources[name] {
      source = known
    } else {
      source = try TemplateSource(
        text(of: name, in: folder), file: folder.appending(path: name + ending).path)
      sources[name] = source
    }
    var size = source.size
    for partial in source.partials {
      let file = folder.appending(path: name + ending).path
      guard partial.name != name, !path.contains(partial.name), path.count < 8 else {
        throw TemplateError(
          file, line: partial.line, "the partial includes this template again, or partials stand too deep",
          remedy: "a partial that includes none")
      }
      size += try load(partial.name, in: folder, through: path + [name], into: &sources)
      guard size <= 1 << 20 else {
        throw TemplateError(
          file, line: partial.line, "with its partials it is too large", remedy: "fewer partials")
      }
    }
    return size
  }

  /// The text of a file that really lies in the folder, wherever links lead.
  private static func text(of name: String, in folder: URL) throws(TemplateError) -> String {
    let file = folder.appending(path: name + ending)
    let (real, place) = (file.resolvingSymlinksInPath().path, folder.resolvingSymlinksInPath().path)
    guard real.hasPrefix(place.hasSuffix("/") ? place : place + "/") else {
      throw TemplateError(
        file.path, "it is a link that leads out of the folder", remedy: "a file in the folder")
    }
    var isFolder: ObjCBool = false
    let attributes = try? FileManager.default.attributesOfItem(atPath: real)
    guard FileManager.default.fileExists(atPath: real, isDirectory: &isFolder), !isFolder.boolValue,
      attributes?[.type] as? FileAttributeType == .typeRegular
    else {
      throw TemplateError(
        file.path, "there is no such file", remedy: "a file of that name in the same folder")
    }
    guard let size = attributes?[.size] as? Int, size <= TemplateSource.largest else {
      throw TemplateError(
        file.path, "it is larger than \(TemplateSource.largest) octets", remedy: "a shorter template")
    }
    guard let data = FileManager.default.contents(atPath: real),
      let text = String(data: data, encoding: .utf8)
    else {
      throw TemplateError(file.path, "it can't be read as UTF-8", remedy: "its mode and its encoding")
    }
    guard text.utf8.count <= TemplateSource.largest, !text.utf8.contains(0), !text.utf8.isEmpty else {
      throw TemplateError(file.path, "it is empty, too large, or no text", remedy: "a template")
    }
    return text
  }
}
