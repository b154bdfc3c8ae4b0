// Part of Apus, Apache-2.0. See LICENSE.
import Apus
import ApusLinearAlgebra
import ApusParallel
import ApusRandom
import ArgumentParser

/// `apus linalg`: times the linear algebra of the tutorial.
struct LinalgCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "linalg",
    abstract: "Time a matrix of normal deviates, its Gram matrix and the Cholesky factor.",
    discussion: """
      Times the tutorial's x = normal(n, n); a = x'x; cholesky(a), and gives each part's share of
      the peak speed of the cores, which is measured first by a loop in registers.
      """)

  @Option(help: "Number of rows and columns.")
  var size = 5000
  @Option(help: "Largest number of threads; by default as many as this process may use.")
  var threads: Int?
  @Option(help: "Seed of the matrix.")
  var seed: UInt64 = 42
  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    guard 1...50_000 ~= size else {
      throw ValidationError("--size must be from 1 to 50000, not \(size).")
    }
    if let threads, !(1...1024 ~= threads) {
      throw ValidationError("--threads must be from 1 to 1024, not \(threads).")
    }
  }

  func run() throws {
    if let threads { ThreadBudget.set(threads) }
    try BlasCommand.requireFollowed()
    let count = BLAS.budget.count
    let (size, seed) = (size, seed)
    let peak = Self.peak() * Double(count)
    var source = Seed(UInt128(seed))
    let x = Timed { Matrix.normal(rows: size, columns: size, streams: source.streams()) }
    var a = Matrix<Double>.zeros(0, 0)
    let gram = Timed { a = x.value.gram() }
    let trace = a.trace
    let factor = try Timed { try Self.factorise(&a).logDeterminant }
    let cube = Double(size) * Double(size) * Double(size)
    try LinalgReport(
      size: size, threads: count, library: BLAS.current.info.description,
      peakGigaflops: peak / 1e9,
      parts: [
        .init(name: "normal deviates", seconds: x.seconds, operations: nil, peak: peak),
        .init(name: "x'x", seconds: gram.seconds, operations: cube, peak: peak),
        .init(name: "Cholesky", seconds: factor.seconds, operations: cube / 3, peak: peak),
      ], trace: trace, logDeterminant: factor.value
    ).print(asJSON: json)
  }

  /// The Cholesky factor, which overwrites the matrix; `a` is empty afterwards.
  static func factorise(_ a: inout Matrix<Double>) throws -> Cholesky<Double> {
    let matrix = a
    a = .zeros(0, 0)
    do { return try (consume matrix).cholesky() } catch { throw ToolError.failure("\(error)") }
  }

  /// Operations per second of one core, the best of five loops.
  static func peak() -> Double {
    (0..<5).map { _ in
      let loop = Timed { BLAS.exerciseCore(rounds: 2_000_000) }
      return Double(loop.value) / loop.seconds
    }.max() ?? .nan
  }
}

/// What `apus linalg` prints.
struct LinalgReport: Report {
  struct Part: Encodable {
    let name: String
    let seconds: Double
    let gigaflops: Double?
    let shareOfPeak: Double?

    init(name: String, seconds: Double, operations: Double?, peak: Double) {
      self.name = name
      self.seconds = seconds
      gigaflops = operations.map { $0 / seconds / 1e9 }
      shareOfPeak = operations.map { $0 / seconds / peak }
    }
  }

  let size: Int
  let threads: Int
  let library: String
  let peakGigaflops: Double
  let parts: [Part]
  let trace: Double
  let logDeterminant: Double

  var text: String {
    let rows = parts.map { part in
      [
        part.name, Text.number(part.seconds, digits: 3) + " s",
        part.gigaflops.map { Text.number($0, digits: 1) + " Gflop/s" } ?? "",
        part.shareOfPeak.map { Text.number(100 * $0, digits: 0) + " % of peak" } ?? "",
      ]
    }
    let total = parts.reduce(0) { $0 + $1.seconds }
    let all = rows + [["total", Text.number(total, digits: 3) + " s", "", ""]]
    return
      [
        "\(size) x \(size), at most \(threads) threads, \(library)", Text.table(all),
        "log determinant of x'x: \(logDeterminant)",
      ].joined(separator: "\n")
  }
}
