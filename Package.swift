// swift-tools-version: 6.2
// Part of Apus, Apache-2.0. See LICENSE.
import PackageDescription

let swift: [SwiftSetting] = [
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("ExistentialAny"),
  .treatAllWarnings(as: .error),
]

/// What only the command line tool needs, and what only clusters need.
///
/// Library users write `traits: []` and resolve none of it.
let toolOnly: TargetDependencyCondition? = .when(traits: ["Tool"])
let clusterOnly: TargetDependencyCondition? = .when(traits: ["Cluster"])

let package = Package(
  name: "Apus",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "Apus", targets: ["Apus"]),
    .library(name: "ApusRandom", targets: ["ApusRandom"]),
    .library(name: "ApusParallel", targets: ["ApusParallel"]),
    .library(name: "ApusLinearAlgebra", targets: ["ApusLinearAlgebra"]),
    .library(name: "ApusStatistics", targets: ["ApusStatistics"]),
    .executable(name: "apus", targets: ["ApusTool"]),
  ],
  traits: [
    .default(enabledTraits: ["Tool", "Cluster"]),
    .trait(
      name: "Cluster", description: "The controller for many machines and the packages it needs."),
    .trait(name: "Tool", description: "The command line tool apus and the packages it needs."),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/swiftcsv/SwiftCSV", from: "0.10.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
  ],
  targets: [
    // Libraries, each depending only on those above it.
    .target(name: "ApusKernels", cSettings: [.treatAllWarnings(as: .error)]),
    .target(name: "ApusMatrixKernels", cSettings: [.treatAllWarnings(as: .error)]),
    .target(name: "ApusRandom", dependencies: ["ApusKernels"], swiftSettings: swift),
    .target(
      name: "ApusParallel", dependencies: ["ApusRandom"], exclude: ["Pool/README.md"],
      swiftSettings: swift),
    .target(
      name: "ApusLinearAlgebra", dependencies: ["ApusMatrixKernels", "ApusParallel", "ApusRandom"],
      swiftSettings: swift),
    .target(
      name: "ApusStatistics", dependencies: ["ApusLinearAlgebra", "ApusParallel", "ApusRandom"],
      swiftSettings: swift),
    .target(
      name: "Apus",
      dependencies: ["ApusRandom", "ApusParallel", "ApusLinearAlgebra", "ApusStatistics"],
      swiftSettings: swift),

    // Clusters.
    .systemLibrary(name: "CZMQ", providers: [.apt(["libzmq3-dev"]), .brew(["zeromq"])]),
    .target(
      name: "ApusDigest", cSettings: [.treatAllWarnings(as: .error)],
      linkerSettings: [.linkedLibrary("crypto")]),
    .target(name: "ApusWire", dependencies: ["ApusDigest"], swiftSettings: swift),
    .target(
      name: "ApusCluster",
      dependencies: [
        "ApusRandom", "ApusWire", "CZMQ",
        .product(name: "Logging", package: "swift-log", condition: clusterOnly),
      ],
      swiftSettings: swift),
    .target(
      name: "ApusArchive",
      dependencies: [
        "ApusCluster", "ApusWire",
        .product(name: "GRDB", package: "GRDB.swift", condition: clusterOnly),
      ],
      swiftSettings: swift),
    .target(
      name: "ApusTesting",
      dependencies: [
        "ApusCluster", "ApusWire",
        .product(name: "Logging", package: "swift-log", condition: clusterOnly),
      ],
      swiftSettings: swift),

    // Programs.
    .executableTarget(
      name: "ApusTool",
      dependencies: [
        "Apus",
        .product(
          name: "ArgumentParser", package: "swift-argument-parser", condition: toolOnly),
        .product(name: "SwiftCSV", package: "SwiftCSV", condition: toolOnly),
        .target(name: "ApusArchive", condition: clusterOnly),
        .target(name: "ApusCluster", condition: clusterOnly),
        .target(name: "ApusWire", condition: clusterOnly),
        .product(name: "Logging", package: "swift-log", condition: clusterOnly),
      ],
      swiftSettings: swift),
    .executableTarget(
      name: "controller-load",
      dependencies: [
        "ApusCluster", "ApusTesting", "ApusWire",
        .product(
          name: "ArgumentParser", package: "swift-argument-parser", condition: toolOnly),
      ],
      path: "Sources/ControllerLoad", swiftSettings: swift),
    .executableTarget(
      name: "random-answers", dependencies: ["ApusRandom", "ApusStatistics"],
      path: "Sources/RandomAnswers", swiftSettings: swift),

    // Tests.
    .target(name: "TestSupport", path: "Tests/Support", swiftSettings: swift),
    .testTarget(
      name: "ApusRandomTests", dependencies: ["ApusRandom", "ApusKernels", "TestSupport"],
      swiftSettings: swift),
    .testTarget(
      name: "ApusParallelTests", dependencies: ["ApusParallel", "ApusRandom", "TestSupport"],
      swiftSettings: swift),
    .testTarget(
      name: "ApusLinearAlgebraTests",
      dependencies: ["ApusLinearAlgebra", "ApusParallel", "ApusRandom", "TestSupport"],
      swiftSettings: swift),
    .testTarget(
      name: "ApusStatisticsTests",
      dependencies: [
        "ApusStatistics", "ApusLinearAlgebra", "ApusParallel", "ApusRandom", "TestSupport",
      ],
      swiftSettings: swift),
    .testTarget(
      name: "ApusToolTests",
      dependencies: ["ApusTool", "ApusParallel", "ApusRandom", "TestSupport", "controller-load"],
      swiftSettings: swift),
    .testTarget(
      name: "ApusWireTests", dependencies: ["ApusWire", "TestSupport"], swiftSettings: swift),
    .testTarget(
      name: "ApusClusterTests",
      dependencies: [
        "ApusArchive", "ApusCluster", "ApusTesting", "ApusWire", "ApusRandom", "TestSupport",
        .product(name: "GRDB", package: "GRDB.swift", condition: clusterOnly),
        .product(name: "Logging", package: "swift-log", condition: clusterOnly),
      ],
      swiftSettings: swift),
    .testTarget(
      name: "RandomAnswersTests", dependencies: ["random-answers", "TestSupport"],
      swiftSettings: swift),
  ],
  swiftLanguageModes: [.v6]
)
