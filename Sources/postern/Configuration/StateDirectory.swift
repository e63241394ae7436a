/// Where the database and keys live when nobody says so.
enum StateDirectory {
  /// The default: the first folder of `$STATE_DIRECTORY` (systemd sets it and separates several with colons), for root
  /// `/var/lib/postern`, else `$XDG_STATE_HOME/postern` or `~/.local/state/postern`. Nil when there is no home either.
  static func byDefault(environment: [String: String], userID: UInt32) -> Setting<String>? {
    if let folder = environment["STATE_DIRECTORY"]?.split(separator: ":").first, folder.hasPrefix("/") {
      return Setting(String(folder), .environment("STATE_DIRECTORY"))
    }
    if userID == 0 { return Setting("/var/lib/postern") }
    // A relative path there must be ignored (XDG Base Directory Specification).
    if let folder = environment["XDG_STATE_HOME"], folder.hasPrefix("/") {
      return Setting(folder + "/postern", .environment("XDG_STATE_HOME"))
    }
    guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
    return Setting((home == "/" ? "" : home) + "/.local/state/postern")
  }
}
