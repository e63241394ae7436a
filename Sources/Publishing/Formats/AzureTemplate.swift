import Deciding

/// What the Azure formats share: an ARM template, which the portal, `az deployment` and Bicep's `module` take.
enum AzureTemplate {
  /// A parameter of the template.
  enum Parameter {
    case text(StaticString, standard: String?)
    case number(StaticString, standard: Int)
    case texts(StaticString, standard: [String])
  }

  /// Opens the template up to the inside of its first resource's list.
  static func begin(
    _ json: inout JSONText, _ snapshot: Snapshot, note: String? = nil, _ parameters: [Parameter]
  ) {
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
  }

  /// Closes what `begin` opened.
  static func end(_ json: inout JSONText) {
    json.endArray()
    json.endObject()
    json.endLine()
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
