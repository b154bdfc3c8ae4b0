// swift-tools-version: 6.2
// Part of Apus, Apache-2.0. See LICENSE.
import PackageDescription

let package = Package(
  name: "Benchmarks",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "Apus", path: "..", traits: [])],
  targets: [
    .executableTarget(name: "Loops", dependencies: [.product(name: "Apus", package: "Apus")]),
    .executableTarget(name: "Scalars", dependencies: [.product(name: "Apus", package: "Apus")]),
    .executableTarget(
      name: "LinearAlgebra", dependencies: [.product(name: "Apus", package: "Apus")]),
    .executableTarget(
      name: "Elementwise", dependencies: [.product(name: "Apus", package: "Apus")]),
    .executableTarget(name: "Tables", dependencies: [.product(name: "Apus", package: "Apus")]),
    .executableTarget(name: "Processes", dependencies: [.product(name: "Apus", package: "Apus")]),
    .executableTarget(name: "Fills", dependencies: [.product(name: "Apus", package: "Apus")]),
  ],
  swiftLanguageModes: [.v6]
)
