import Deciding

/// What the Azure formats share: an ARM template, which the portal, `az deployment` and Bicep's `module` take.
enum AzureTemplate {
  /// A parameter of the template.
  enum Parameter {
    case text(StaticString, standard: String?)
    case number(StaticString, standard: Int)
    case texts(StaticString, standard: [String])
  }

  /// Writes a template with the resources that `resources` adds.
  static func render(
    _ snapshot: Snapshot, reserving: Int = 2048, note: String? = nil, _ parameters: [Parameter],
    resources: (inout JSONText) -> Void
  ) -> [UInt8] {
    var json = JSONText(reserving: reserving)
    json.beginObject()
    json.string("https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "$schema")
    json.string("1.0.0.0", "contentVersion")
    json.beginObject("metadata")
    json.string("postern", "generator")
    json.string(snapshot.set.text, "set")
    json.number(snapshot.generation.number, "generation")
    if let note { json.string(note, "description") }
    json.endObject()
    json.beginObject("parameters")
    for parameter in parameters { append(parameter, to: &json) }
    json.endObject()
    json.beginArray("resources")
    resources(&json)
    json.endArray()
    json.endObject()
    json.endLine()
    return json.bytes
  }

  /// Adds a resource, with what `fields` writes beside its type and name, and the properties that `properties` writes.
  static func append(
    _ type: String, named name: String, to json: inout JSONText, fields: (inout JSONText) -> Void = { _ in },
    properties: (inout JSONText) -> Void
  ) {
    json.beginObject()
    json.string("Microsoft.Network/\(type)", "type")
    json.string("2024-05-01", "apiVersion")
    json.string(name, "name")
    fields(&json)
    json.beginObject("properties")
    properties(&json)
    json.endObject()
    json.endObject()
  }

  private static func append(_ parameter: Parameter, to json: inout JSONText) {
    switch parameter {
    case .text(let name, let standard):
      json.beginObject(name)
      json.string("string", "type")
      if let standard { json.string(standard, "defaultValue") }
    case .number(let name, let standard):
      json.beginObject(name)
      json.string("int", "type")
      json.number(standard, "defaultValue")
    case .texts(let name, let standard):
      json.beginObject(name)
      json.string("array", "type")
      json.strings(standard, "defaultValue")
    }
    json.endObject()
  }
}
