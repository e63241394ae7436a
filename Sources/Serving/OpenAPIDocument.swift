/// The description of this API for programs: OpenAPI 3.1, written by hand in `Resources/openapi.json`. A test compares
/// its paths with `Route`.
enum OpenAPIDocument {
  static let json = [UInt8](PackageResources.openapi_json)
}
