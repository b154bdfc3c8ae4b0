// swift-tools-version: 6.2
// Part of Apus, Apache-2.0. See LICENSE.
import PackageDescription

let swift: [SwiftSetting] = [
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("ExistentialAny"),
  .treatAllWarnings(as: .error),
]
let c: [CSetting] = [.treatAllWarnings(as: .error)]

/// What only the command line tool needs, and what only clusters need.
///
/// Library users write `traits: []` and resolve none of it.
let toolOnly: TargetDependencyCondition? = .when(traits: ["Tool"])
let clusterOnly: TargetDependencyCondition? = .when(traits: ["Cluster"])

let argumentParser: Target.Dependency = .product(
  name: "ArgumentParser", package: "swift-argument-parser", condition: toolOnly)
let logging: Target.Dependency = .product(
  name: "Logging", package: "swift-log", condition: clusterOnly)
let sqlite: Target.Dependency = .product(
  name: "GRDB", package: "GRDB.swift", condition: clusterOnly)

let package = Package(
  name: "Apus",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "Apus", targets: ["Apus"]),
    .library(name: "ApusRandom", targets: ["ApusRandom"]),
    .library(name: "ApusParallel", targets: ["ApusParallel"]),
    .library(name: "ApusLinearAlgebra", targets: ["ApusLinearAlgebra"]),
    .library(name: "ApusTables", targets: ["ApusTables"]),
    .library(name: "ApusStatistics", targets: ["ApusStatistics"]),
    .library(name: "ApusWorkers", targets: ["ApusWorkers"]),
    .library(name: "ApusCluster", targets: ["ApusCluster"]),
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
    .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
  ],
  targets: [
    // The libraries of one machine, each depending only on those above it.
    .target(name: "ApusRandomKernels", cSettings: c),
    .target(name: "ApusRandom", dependencies: ["ApusRandomKernels"], swiftSettings: swift),
    .target(
      name: "ApusParallel", dependencies: ["ApusRandom"], exclude: ["Pool/README.md"],
      swiftSettings: swift),
    .target(name: "ApusWorkerSystem", cSettings: c),
    .target(name: "ApusRecordLog", swiftSettings: swift),
    .target(
      name: "ApusWorkers",
      dependencies: ["ApusParallel", "ApusRandom", "ApusRecordLog", "ApusWorkerSystem"],
      swiftSettings: swift),
    .target(name: "ApusProcess", swiftSettings: swift),
    .target(name: "ApusMatrixKernels", cSettings: c),
    .target(name: "ApusLoader", cSettings: c),
    .target(
      name: "ApusLinearAlgebra",
      dependencies: ["ApusLoader", "ApusMatrixKernels", "ApusParallel", "ApusRandom"],
      swiftSettings: swift),
    .target(
      name: "ApusTables", dependencies: ["ApusParallel", "ApusRandom"], swiftSettings: swift),
    .target(
      name: "ApusStatistics",
      dependencies: [
        "ApusLinearAlgebra", "ApusParallel", "ApusRandom", "ApusTables", "ApusWorkers",
      ],
      swiftSettings: swift),
    .target(
      name: "Apus",
      dependencies: [
        "ApusLinearAlgebra", "ApusParallel", "ApusRandom", "ApusStatistics", "ApusTables",
        "ApusWorkers",
      ],
      swiftSettings: swift),

    // Clusters. Controller, launchers, engine and cluster stand side by side: none uses another.
    .systemLibrary(name: "CZMQ", providers: [.apt(["libzmq3-dev"]), .brew(["zeromq"])]),
    .target(name: "ApusDigest", cSettings: c, linkerSettings: [.linkedLibrary("crypto")]),
    .target(name: "ApusWire", dependencies: ["ApusDigest"], swiftSettings: swift),
    .target(
      name: "ApusTransport", dependencies: ["ApusProcess", "ApusRandom", "ApusWire", "CZMQ"],
      swiftSettings: swift),
    .target(
      name: "ApusController",
      dependencies: [
        "ApusProcess", "ApusRandom", "ApusRecordLog", "ApusTransport", "ApusWire", logging,
      ],
      swiftSettings: swift),
    .target(
      name: "ApusArchive",
      dependencies: ["ApusController", "ApusTransport", "ApusWire", sqlite], swiftSettings: swift),
    .target(
      name: "ApusLaunchers", dependencies: ["ApusProcess", "ApusTransport", "ApusWire"],
      swiftSettings: swift),
    .target(
      name: "ApusJobServer",
      dependencies: ["ApusDigest", "ApusProcess", "ApusTransport", "ApusWire"],
      swiftSettings: swift),
    .target(
      name: "ApusEngine",
      dependencies: [
        "ApusParallel", "ApusProcess", "ApusTransport", "ApusWire", "ApusWorkers",
      ],
      swiftSettings: swift),
    .target(
      name: "ApusCluster",
      dependencies: [
        "ApusController", "ApusDigest", "ApusEngine", "ApusParallel", "ApusProcess", "ApusRandom",
        "ApusTransport", "ApusWire", "ApusWorkers", logging,
      ],
      swiftSettings: swift),

    // Programs.
    .executableTarget(
      name: "ApusTool",
      dependencies: [
        "Apus", argumentParser,
        .target(name: "ApusArchive", condition: clusterOnly),
        .target(name: "ApusCluster", condition: clusterOnly),
        .target(name: "ApusController", condition: clusterOnly),
        .target(name: "ApusJobServer", condition: clusterOnly),
        .target(name: "ApusLaunchers", condition: clusterOnly),
        .target(name: "ApusProcess", condition: clusterOnly),
        .target(name: "ApusTransport", condition: clusterOnly),
        .target(name: "ApusWire", condition: clusterOnly),
        logging,
      ],
      swiftSettings: swift),

    // For development and tests; no products.
    .target(
      name: "SimulatedCluster",
      dependencies: [
        "ApusCluster", "ApusController", "ApusEngine", "ApusTransport", "ApusWire", logging,
      ],
      path: "Development/SimulatedCluster", swiftSettings: swift),
    .executableTarget(
      name: "controller-load",
      dependencies: [
        "ApusCluster", "ApusProcess", "ApusTransport", "ApusWire", "SimulatedCluster",
        argumentParser,
      ],
      path: "Development/ControllerLoad", swiftSettings: swift),
    .executableTarget(
      name: "simulate-controller",
      dependencies: [
        "ApusCluster", "ApusController", "ApusEngine", "ApusProcess", "ApusRandom",
        "ApusRecordLog", "ApusTransport", "ApusWire", "ApusWorkers", argumentParser, logging,
      ],
      path: "Development/ControllerSimulation", swiftSettings: swift),
    .executableTarget(
      name: "cluster-load", dependencies: ["ApusCluster", "ApusRandom", "ApusWorkers"],
      path: "Development/ClusterLoad", swiftSettings: swift),
    .executableTarget(
      name: "random-answers", dependencies: ["ApusRandom", "ApusStatistics"],
      path: "Development/RandomAnswers", swiftSettings: swift),
    .target(
      name: "ContractFunctions", dependencies: ["ApusRandom", "ApusWorkers"],
      path: "Development/ContractFunctions", swiftSettings: swift),
    .target(
      name: "StatisticsFunctions",
      dependencies: [
        "ApusLinearAlgebra", "ApusParallel", "ApusRandom", "ApusStatistics", "ApusTables",
        "ApusWorkers",
      ],
      path: "Development/StatisticsFunctions", swiftSettings: swift),
    .executableTarget(
      name: "contract-worker",
      dependencies: [
        "ApusCluster", "ApusRandom", "ApusWorkers", "ContractFunctions", "StatisticsFunctions",
      ],
      path: "Development/ContractWorker", swiftSettings: swift),
    .executableTarget(
      name: "race-checks",
      dependencies: ["ApusParallel", "ApusRandom", "ApusWorkers", "ContractFunctions"],
      path: "Development/RaceChecks", swiftSettings: swift),
    .executableTarget(
      name: "table-answers", dependencies: ["ApusTables"], path: "Development/TableAnswers",
      swiftSettings: swift),

    // Examples, which tests run.
    .executableTarget(
      name: "scikit-forest", dependencies: ["ApusCluster", "ApusRandom"],
      path: "Examples/Swift/ScikitForest", swiftSettings: swift),
    .executableTarget(
      name: "pi-on-hosts", dependencies: ["ApusCluster", "ApusRandom", "ApusWorkers"],
      path: "Examples/Swift/PiOnHosts", swiftSettings: swift),

    // Tests.
    .target(name: "TestSupport", path: "Tests/Support", swiftSettings: swift),
    .testTarget(
      name: "ApusRandomTests", dependencies: ["ApusRandom", "ApusRandomKernels", "TestSupport"],
      swiftSettings: swift),
    .testTarget(
      name: "ApusParallelTests", dependencies: ["ApusParallel", "ApusRandom", "TestSupport"],
      swiftSettings: swift),
    .testTarget(
      name: "ApusWorkersTests",
      dependencies: [
        "ApusCluster", "ApusWorkers", "ApusParallel", "ApusRandom", "ApusStatistics", "ApusTables",
        "ContractFunctions", "StatisticsFunctions", "TestSupport", "contract-worker",
      ],
      swiftSettings: swift),
    .testTarget(
      name: "ApusLinearAlgebraTests",
      dependencies: ["ApusLinearAlgebra", "ApusParallel", "ApusRandom", "TestSupport"],
      swiftSettings: swift),
    .testTarget(
      name: "ApusTablesTests", dependencies: ["ApusRandom", "ApusTables", "TestSupport"],
      swiftSettings: swift),
    .testTarget(
      name: "ApusStatisticsTests",
      dependencies: [
        "ApusStatistics", "ApusLinearAlgebra", "ApusParallel", "ApusRandom", "ApusTables",
        "TestSupport",
      ],
      swiftSettings: swift),
    .testTarget(
      name: "ApusWireTests", dependencies: ["ApusWire", "TestSupport"], swiftSettings: swift),
    .testTarget(
      name: "ApusProcessTests", dependencies: ["ApusProcess", "TestSupport"],
      swiftSettings: swift),
    .testTarget(
      name: "ApusTransportTests", dependencies: ["ApusTransport", "ApusWire", "TestSupport"],
      swiftSettings: swift),
    .testTarget(
      name: "ApusLaunchersTests",
      dependencies: ["ApusLaunchers", "ApusProcess", "ApusTransport", "ApusWire", "TestSupport"],
      swiftSettings: swift),
    .testTarget(
      name: "ApusJobServerTests", dependencies: ["ApusJobServer", "ApusTransport"],
      swiftSettings: swift),
    .testTarget(
      name: "ApusControllerTests",
      dependencies: ["ApusController", "ApusRandom", "ApusTransport", "ApusWire", logging],
      swiftSettings: swift),
    .testTarget(
      name: "ApusClusterTests",
      dependencies: [
        "ApusArchive", "ApusCluster", "ApusController", "ApusEngine", "ApusProcess", "ApusRandom",
        "ApusParallel", "ApusTransport", "ApusWire", "ApusWorkers", "ContractFunctions",
        "SimulatedCluster", "StatisticsFunctions", "TestSupport", "contract-worker", sqlite,
        logging,
      ],
      swiftSettings: swift),
    .testTarget(
      name: "ApusToolTests",
      dependencies: [
        "ApusTool", "ApusParallel", "ApusRandom", "ApusTables", "TestSupport", "controller-load",
      ],
      swiftSettings: swift),
    .testTarget(
      name: "RandomAnswersTests", dependencies: ["random-answers", "TestSupport"],
      swiftSettings: swift),
  ],
  swiftLanguageModes: [.v6]
)
