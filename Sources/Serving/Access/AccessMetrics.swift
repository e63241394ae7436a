import Deciding

/// What the listeners themselves say at the moment they are asked, as Prometheus text.
enum AccessMetrics {
  static func text(_ door: Door) -> String {
    var text = "# HELP postern_http_connections Open connections.\n# TYPE postern_http_connections gauge\n"
    text += "postern_http_connections \(door.connections.count)\n"
    guard let identity = door.site.identity else { return text }
    let left = (identity.expires - door.site.now()).components.seconds
    text += "# HELP postern_tls_certificate_expires_seconds Time until the server's certificate ends.\n"
    text += "# TYPE postern_tls_certificate_expires_seconds gauge\n"
    text += "postern_tls_certificate_expires_seconds \(left)\n"
    return text
  }
}
