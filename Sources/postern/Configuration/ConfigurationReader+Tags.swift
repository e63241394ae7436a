import DNS
import Deciding
import Learning
import Yams

extension ConfigurationReader {
  /// Reads `serviceTags`.
  static func readTagSources(_ node: ConfigurationNode) -> [TagSourceSetting] {
    var places = Set<String>()
    return node.list { element -> TagSourceSetting? in
      var mapping = MappingReader(element)
      guard case .mapping = element.node else { return nil }
      let file = mapping.child("file")
      let url = mapping.child("url")
      let every = mapping.setting(
        "every", default: .seconds(86_400), .duration(.seconds(3600) ... .seconds(7 * 86_400)))
      let roots = mapping.setting("roots", default: nil) { $0.value(.absolutePath) }
      let cloud = mapping.setting("cloud", default: nil) { node -> Cloud?? in node.value(.oneOf(Cloud.self)) }
      mapping.finish()
      let place: TagSourceSetting.Place?
      switch (file, url) {
      case (let file?, nil): place = file.value(.absolutePath).map { .file(TagFileSource($0)) }
      case (nil, let url?):
        place = url.value(.tagURL).map { .url($0, every: every.value, roots: roots.value) }
      default:
        element.fail(
          file == nil ? .missing : .conflict,
          file == nil ? "no place is given" : "'file' and 'url' are given",
          remedy: "one of file: /var/lib/postern/ServiceTags_Public_*.json and url: \(TagURL.publicPage)")
        return nil
      }
      guard let place else { return nil }
      let setting = TagSourceSetting(place: place, cloud: cloud.value)
      if !places.insert(setting.text).inserted {
        element.fail(.conflict, "\(quoted(setting.text)) is listed twice", remedy: "remove one of them")
      }
      return setting
    } ?? []
  }

  /// Reads `sharedRanges`: prefixes under the names of those who share them.
  static func readSharedRanges(_ root: inout MappingReader) -> [SharedRange] {
    var mapping = root.mapping("sharedRanges")
    let ranges = mapping.keys.compactMap { key -> SharedRange? in
      guard let node = mapping.child(key), let prefixes = node.distinctList(.prefix) else { return nil }
      guard TagName(key) != nil else {
        node.fail(
          .malformed, "\(quoted(key)) can't be the name of a range",
          remedy: "1 to 128 letters, digits, dots, hyphens and underscores")
        return nil
      }
      return SharedRange(name: key, prefixes: prefixes)
    }
    mapping.finish()
    return ranges
  }
}

extension ValueGrammar<TagName> {
  /// A service tag's name; whether there is such a tag is known only with a file.
  static let tagName = ValueGrammar(
    "a service tag", remedy: "a name such as AzureFrontDoor.FirstParty", read: { TagName($0) })
}

extension ValueGrammar<TagURL> {
  static let tagURL = ValueGrammar { text throws(ValueRejection) in
    do throws(TagFetchFault) { return try TagURL(text) } catch {
      throw ValueRejection(
        .malformed, "\(quoted(text)) may not be fetched",
        remedy: "an https URL without a password, such as \(TagURL.publicPage)")
    }
  }
}

extension Configuration {
  /// `serviceTags` and `sharedRanges` as they are shown; nothing where none is given.
  var shownTags: [(key: String, value: ShownValue)] {
    var pairs: [(key: String, value: ShownValue)] = []
    if !serviceTags.isEmpty { pairs.append(("serviceTags", .list(serviceTags.map(\.shown)))) }
    if !sharedRanges.isEmpty {
      pairs.append(
        (
          "sharedRanges",
          .mapping(
            sharedRanges.map { range in
              (key: range.name, value: .list(range.ranges.prefixes.map { .text($0.description) }))
            })
        ))
    }
    return pairs
  }
}

extension TagSourceSetting {
  fileprivate var shown: ShownValue {
    var pairs: [(key: String, value: ShownValue)] = []
    switch place {
    case .file(let file): pairs.append(("file", .text(file.pattern)))
    case .url(let url, let every, let roots):
      pairs.append(("url", .text(url.description)))
      pairs.append(("every", .text(QuantityText.text(every))))
      if let roots { pairs.append(("roots", .text(roots))) }
    }
    if let cloud { pairs.append(("cloud", .text(cloud.rawValue))) }
    return .mapping(pairs)
  }
}
