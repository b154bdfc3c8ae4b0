// Part of Apus, Apache-2.0. See LICENSE.
import Apus
import ApusLinearAlgebra
import ApusParallel
import ArgumentParser
import Foundation

/// `apus blas`: shows which library computes products and factorisations, and with how many threads.
struct BlasCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "blas", abstract: "Show which linear algebra library is used, and why.",
    discussion: """
      APUS_BLAS gives the name (openblas, mkl, aocl, blis, netlib, native, ...) or path of a
      library; without it the best installed one is used. APUS_BLAS_PATH adds folders to search.
      """,
    subcommands: [BlasShowCommand.self, BlasBenchmarkCommand.self, BlasCalibrateCommand.self],
    defaultSubcommand: BlasShowCommand.self)

  /// Ends the command if the library that `APUS_BLAS` names is not in use.
  static func requireFollowed() throws {
    if let complaint = BLAS.selectionError {
      throw ToolError.input("APUS_BLAS cannot be used: \(complaint)")
    }
  }
}

/// `apus blas show`, and `apus blas` alone.
struct BlasShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show which library is used (the default).")

  @Flag(help: "List all known libraries, and for each whether it can be used, or why not.")
  var list = false
  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    if list {
      try BlasList().print(asJSON: json)
    } else {
      try BlasCommand.requireFollowed()
      let report = BlasReport(BLAS.current.info)
      for warning in BLAS.budgetWarnings { Terminal.warn(warning) }
      try report.print(asJSON: json)
    }
  }
}

/// What `apus blas` prints.
struct BlasReport: Report {
  let summary: String
  let library: String
  let version: String
  let kernels: String
  let integerBits: Int
  let products: String
  let factorisations: String
  let threadLayer: String
  let threadsAreSetFor: String
  let threads: Int
  let threadsDecidedBy: String
  let thresholds: String
  let files: [String]
  /// The line that would install a library here; nil if one is in use.
  let install: String?

  init(_ info: BLASInfo) {
    summary = info.description
    library = info.name
    version = info.version
    kernels = info.core
    integerBits = info.integerWidth
    products =
      !info.hasNativeProducts || info.paths.isEmpty
      ? "its own" : "Apus's, by AVX-512; the library's kernels are for older processors"
    factorisations = info.hasFactorisations ? "its own" : "Apus's, over its products"
    threadLayer = info.threadLayer
    threadsAreSetFor = info.threadScope
    threads = BLAS.budget.count
    threadsDecidedBy = BLAS.budget.source
    thresholds =
      BLAS.current.storedCalibration == nil
      ? "built-in; measure them here with apus blas calibrate" : "measured on this machine"
    files = info.paths
    install = info.paths.isEmpty ? Self.installation : nil
  }

  private static var installation: String {
    FileManager.default.fileExists(atPath: "/usr/bin/apt-get")
      ? "apt-get install libopenblas0-pthread"
      : "pip install scipy-openblas64, and set APUS_BLAS=python:scipy-openblas64"
  }

  var text: String {
    let lines =
      [
        ("library", "\(library) \(version)"), ("kernels", kernels),
        ("integers", "\(integerBits) bits"), ("products", products),
        ("factorisations", factorisations),
        ("threads", "at most \(threads) (\(threadsDecidedBy)), by operation and size"),
        ("thresholds", thresholds),
        ("thread layer", "\(threadLayer), number set for: \(threadsAreSetFor)"),
      ] + files.map { ("file", $0) } + (install.map { [("faster", $0)] } ?? [])
    return Text.aligned(lines)
  }
}

/// What `apus blas --list` prints.
struct BlasList: Report {
  struct Row: Encodable {
    let name: String
    let isAutomatic: Bool
    let found: String?
    let refusal: String?
  }

  let backends: [Row]

  /// Tests each in a process of its own, because libraries stay loaded and some conflict with others.
  init() throws {
    backends = try BLAS.backendNames.map { name in
      let answer = try BackendProbe.ask(name)
      return Row(
        name: name, isAutomatic: BLAS.automaticNames.contains(name), found: answer.found,
        refusal: answer.refusal)
    }
  }

  var text: String {
    Text.aligned(
      backends.map { row in
        let what = row.found.map { "yes  " + $0 } ?? "no   " + (row.refusal ?? "")
        return (row.name, what + (row.found != nil && !row.isAutomatic ? " (only if named)" : ""))
      })
  }
}
