/// A resolver that clients were seen to ask, as a tap tells it.
package struct SeenResolver: Sendable, Hashable, Codable {
  /// What it calls itself, in letters that need no quotes; nil when it doesn't say.
  package let identity: String?
  /// Its IP address as text.
  package let address: String
  /// 1 to 65,535.
  package let port: Int

  /// Nothing is checked here: whoever makes it does.
  package init(identity: String?, address: String, port: Int) {
    self.identity = identity
    self.address = address
    self.port = port
  }
}
