// swift-tools-version: 6.2
// Part of Apus, Apache-2.0. See LICENSE.
import PackageDescription

let swift: [SwiftSetting] = [
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("ExistentialAny"),
  .treatAllWarnings(as: .error),
]

/// What only the command line tool needs.
///
/// Library users write `traits: []` and resolve none of it.
let toolOnly: TargetDependencyCondition? = .when(traits: ["Tool"])

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
    .default(enabledTraits: ["Tool"]),
    .trait(name: "Tool", description: "The command line tool apus and the packages it needs."),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/swiftcsv/SwiftCSV", from: "0.10.0"),
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

    // Programs.
    .executableTarget(
      name: "ApusTool",
      dependencies: [
        "Apus",
        .product(
          name: "ArgumentParser", package: "swift-argument-parser", condition: toolOnly),
        .product(name: "SwiftCSV", package: "SwiftCSV", condition: toolOnly),
      ],
      swiftSettings: swift),
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
      dependencies: ["ApusTool", "ApusParallel", "ApusRandom", "TestSupport"],
      swiftSettings: swift),
    .testTarget(
      name: "RandomAnswersTests", dependencies: ["random-answers", "TestSupport"],
      swiftSettings: swift),
  ],
  swiftLanguageModes: [.v6]
)
