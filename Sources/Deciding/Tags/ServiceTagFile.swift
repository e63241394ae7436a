/// What one `ServiceTags_*.json` of Microsoft says.
package struct ServiceTagFile: Hashable, Sendable {
  /// Whose addresses these are.
  package let cloud: Cloud
  /// The file's `changeNumber`; it only grows.
  package let change: Int64
  /// By name, each once.
  package let tags: [ServiceTag]

  /// Sorts the tags. Each name must be there once; nothing here checks it.
  package init(cloud: Cloud, change: Int64, tags: [ServiceTag]) {
    self.cloud = cloud
    self.change = change
    self.tags = tags.sorted { $0.name < $1.name }
  }

  /// How many prefixes all tags have; one under several tags counts for each.
  package var prefixCount: Int { tags.reduce(0) { $0 + $1.prefixes.count } }

  /// The tag of that name; nil when the file has none.
  package subscript(name: TagName) -> ServiceTag? {
    var (low, high) = (0, tags.count)
    while low < high {
      let middle = (low + high) / 2
      if tags[middle].name < name { low = middle + 1 } else { high = middle }
    }
    return low < tags.count && tags[low].name == name ? tags[low] : nil
  }
}
