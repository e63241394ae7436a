/// The tables of the history: the numbered files beside this one, in order. What a person reads is what runs.
package enum Schema {
  /// One step from an older file to a newer; applied in one transaction and never changed once released.
  package struct Migration: Sendable {
    /// What `user_version` says once it is applied; 1 or more, growing.
    package let number: Int
    /// Several statements, run as they stand.
    package let sql: String
  }

  /// All migrations, oldest first.
  package static let migrations = [
    Migration(number: 1, sql: String(decoding: PackageResources._001_history_sql, as: UTF8.self)),
    Migration(number: 2, sql: String(decoding: PackageResources._002_learning_sql, as: UTF8.self)),
    Migration(number: 3, sql: String(decoding: PackageResources._003_coverage_sql, as: UTF8.self)),
    Migration(number: 4, sql: String(decoding: PackageResources._004_tags_sql, as: UTF8.self)),
    Migration(number: 5, sql: String(decoding: PackageResources._005_events_sql, as: UTF8.self)),
    Migration(number: 6, sql: String(decoding: PackageResources._006_journal_sql, as: UTF8.self)),
    Migration(number: 7, sql: String(decoding: PackageResources._007_aliases_sql, as: UTF8.self)),
  ]

  /// The `user_version` of a file that is up to date.
  package static var version: Int { migrations.last?.number ?? 0 }
}
