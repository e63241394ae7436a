// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

/// A Swift module of Postern: arrows between modules run only downward, as the README's table says.
func module(
  _ name: String, _ dependencies: [Target.Dependency], path: String? = nil, exclude: [String] = [],
  sources: [String]? = nil, resources: [Resource]? = nil
) -> Target {
  .target(
    name: name, dependencies: dependencies, path: path, exclude: exclude, sources: sources,
    resources: resources,
    swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource]? = nil) -> Target {
  .testTarget(name: name, dependencies: dependencies, resources: resources, swiftSettings: settings)
}

let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
/// SQLite's C functions: the loop over observations binds its numbers directly.
let grdbSQLite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let asyncHTTPClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")
let nioConcurrency = Target.Dependency.product(name: "NIOConcurrencyHelpers", package: "swift-nio")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let nioTLS = Target.Dependency.product(name: "NIOTLS", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let coreMetrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

let package = Package(
  name: "postern",
  platforms: [.macOS(.v15)],
  products: [.executable(name: "postern", targets: ["postern"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    // OpenSSL, for DNS over TLS: the system's, which distributions keep secure.
    .target(
      name: "CAres",
      linkerSettings: [.linkedLibrary("cares"), .linkedLibrary("ssl"), .linkedLibrary("crypto")]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    module("DNS", []),
    module("Deciding", ["DNS", .product(name: "HeapModule", package: "swift-collections")]),
    module("Resolving", ["CAres", "DNS", "Deciding", nioConcurrency]),
    module(
      "Schema", [], path: "schema", sources: ["Schema.swift"],
      resources: [
        "0001-history.sql", "0002-learning.sql", "0003-coverage.sql", "0004-tags.sql", "0005-events.sql",
        "0006-journal.sql", "0007-aliases.sql",
      ].map { .embedInCode($0) }),
    module("Recording", ["Schema", "DNS", "Deciding", grdb, grdbSQLite]),
    module(
      "Learning",
      [
        "DNS", "Deciding", "CZlib", .product(name: "OrderedCollections", package: "swift-collections"),
        asyncHTTPClient, nioCore, nioHTTP1, nioPosix, nioSSL, crypto,
      ]),
    module("Publishing", ["DNS", "Deciding", "CZlib", crypto, mustache]),
    module(
      "Applying",
      [
        "DNS", "Deciding", "Publishing", asyncHTTPClient, nioCore, nioHTTP1, nioPosix, nioSSL, crypto,
        logging,
      ]),
    module("Refreshing", ["DNS", "Deciding", logging, metrics, lifecycle]),
    module(
      "Serving",
      [
        "DNS", "Deciding", "Publishing", hummingbird, hummingbirdCore, nioCore, nioHTTP1, nioSSL, nioTLS,
        httpTypes,
        crypto,
        logging, metrics, asyncHTTPClient,
        coreMetrics, lifecycle,
      ], resources: [.embedInCode("Resources/openapi.json")]),
    .executableTarget(
      name: "postern",
      dependencies: [
        "DNS", "Deciding", "Resolving", "Recording", "Learning", "Publishing", "Applying", "Refreshing",
        "Serving", argumentParser, yams, logging, metrics, lifecycle, unixSignals, crypto,
      ], swiftSettings: settings),
    .target(name: "TestTools", path: "Tests/TestTools", swiftSettings: settings),
    module("FakeNameServer", ["Resolving", "Deciding", "DNS", nioConcurrency], path: "Tests/FakeNameServer"),
    tests("DNSTests", ["DNS", "TestTools", "FakeNameServer"]),
    module("MovingPool", ["Deciding", "DNS"], path: "Tests/MovingPool"),
    tests("DecidingTests", ["Deciding", "DNS", "MovingPool"], resources: [.copy("Fixtures")]),
    tests("ResolvingTests", ["Resolving", "FakeNameServer", "Deciding", "DNS", "TestTools", nioConcurrency]),
    tests(
      "RecordingTests", ["Recording", "Schema", "Deciding", "DNS", "benchmarks", "TestTools", grdb],
      resources: [.copy("Fixtures")]),
    tests(
      "LearningTests",
      ["Learning", "Deciding", "DNS", "TestTools", "benchmarks", nioCore, nioPosix, nioSSL, crypto],
      resources: [.copy("Fixtures")]),
    tests("PublishingTests", ["Publishing", "Deciding", "DNS", "TestTools"]),
    tests(
      "ApplyingTests",
      ["Applying", "Publishing", "Deciding", "DNS", "TestTools", nioCore, nioPosix, crypto, logging]),
    tests("RefreshingTests", ["Refreshing", "Deciding", "DNS", logging]),
    tests(
      "ServingTests",
      ["Serving", "Publishing", "Deciding", "DNS", "TestTools", crypto, logging, coreMetrics, lifecycle]),
    tests("PosternTests", ["postern", "Deciding", "DNS", argumentParser]),
    tests("EndToEndTests", ["TestTools"]),
    .executableTarget(
      name: "benchmarks",
      dependencies: [
        "DNS", "Deciding", "Resolving", "FakeNameServer", "MovingPool", "Recording", "Learning", "Publishing",
        "Applying",
        "Refreshing", "Serving", crypto, logging, lifecycle,
      ],
      path: "Tests/Benchmarks", swiftSettings: settings),
  ]
)
