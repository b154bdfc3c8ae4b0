// Part of Apus, Apache-2.0. See LICENSE.
import Apus
import ApusLinearAlgebra
import ArgumentParser

/// `apus blas benchmark`: measures speed against size with one thread, all threads, and the automatic choice.
struct BlasBenchmarkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "benchmark",
    abstract: "Measure speed against size with one thread, all threads, and the automatic choice.",
    discussion: """
      Each figure is the best of seven samples, or the median with --median; the samples of the
      three alternate. Gflop/s are 10^9 additions and multiplications per second, by the usual
      counts: 2 n^3 for a product, n^3/3 for a Cholesky factor.
      """)

  @Option(
    help: ArgumentHelp(
      "An operation to measure: \(LinearAlgebraOperation.allCases.map(\.rawValue).joined(separator: ", ")). May be repeated; by default product and cholesky.",
      valueName: "operation"))
  var operation: [LinearAlgebraOperation] = []
  @Option(help: "The smallest order.")
  var from = 16
  @Option(help: "The largest order; each order is sqrt(2) times the one before.")
  var to = 1024
  @Option(help: "Samples per figure; the best counts, or the median with --median.")
  var samples = 7
  @Flag(help: "Print the median of the samples instead of the best, for example on a busy machine.")
  var median = false
  @Flag(
    help:
      "Begin with a second of calls, from which the automatic choice learns, and leave out samples before or after which some core was not free."
  )
  var whileIdle = false
  @Option(help: "Plot the speeds to this SVG file.")
  var plot: String?
  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    guard 1...20_000 ~= from, from...20_000 ~= max(to, from), to >= from else {
      throw ValidationError("--from and --to must be from 1 to 20000, and --from not above --to.")
    }
    guard 1...1000 ~= samples else {
      throw ValidationError("--samples must be from 1 to 1000, not \(samples).")
    }
  }

  func run() throws {
    try BlasCommand.requireFollowed()
    let file = try plot.map { try OutputFile($0) }
    let orders = GeometricOrders.from(from, to: to)
    let operations = operation.isEmpty ? [.product, .cholesky] : operation
    let report = try BlasSpeeds(
      library: "\(BLAS.current.info)", threads: BLAS.budget.count,
      speeds: measure(operations, orders))
    try file?.write(report.plot)
    try report.print(asJSON: json)
  }

  private func measure(
    _ operations: [LinearAlgebraOperation], _ orders: [Int]
  ) throws -> [SpeedMeasurement] {
    let threads = BLAS.budget.count
    let probe = whileIdle ? CoreProbe(threads: threads) : nil
    let sampling = SpeedMeasurement.Sampling(
      count: samples, isMedian: median, areCoresFree: probe.map { $0.allAreFree },
      warmUp: whileIdle ? 1 : 0)
    let line = StatusLine()
    defer { line.close() }
    return try operations.flatMap { operation in
      try orders.map { order in
        line.show("\(operation.rawValue) of order \(order)")
        do {
          return try SpeedMeasurement(
            operation, order: order, threads: threads, sampling: sampling)
        } catch {
          throw ToolError.failure("\(operation.rawValue) of order \(order): \(error)")
        }
      }
    }
  }
}

/// What `apus blas benchmark` prints and draws.
struct BlasSpeeds: Report {
  let library: String
  let threads: Int
  let speeds: [SpeedMeasurement]

  var text: String {
    let rows = speeds.map { speed in
      let best = min(speed.one, speed.all)
      return [speed.operation.rawValue, "\(speed.order)"]
        + [speed.one, speed.all, speed.automatic].map {
          Text.number(speed.gigaflops($0), digits: 1)
        } + [Text.number(speed.automatic / best, digits: 2)]
    }
    let head = [
      "Gflop/s", "order", "1 thread", "\(threads) threads", "automatic", "automatic / best time",
    ]
    return "\(library)\n" + Text.table([head] + rows)
  }

  /// A panel for each operation.
  var plot: String {
    let panels = LinearAlgebraOperation.allCases.compactMap { operation -> LinePlot.Panel? in
      let mine = speeds.filter { $0.operation == operation }
      if mine.isEmpty { return nil }
      func line(_ name: String, _ seconds: KeyPath<SpeedMeasurement, Double>) -> LinePlot.Line {
        LinePlot.Line(
          name: name,
          points: mine.map { (Double($0.order), $0.gigaflops($0[keyPath: seconds])) })
      }
      return LinePlot.Panel(
        title: operation.rawValue,
        lines: [
          line("1 thread", \.one), line("\(threads) threads", \.all),
          line("automatic", \.automatic),
        ])
    }
    return LinePlot(
      title: "Speed against size", subtitle: library, xLabel: "matrix order",
      yLabel: "Gflop/s", panels: panels
    ).svg()
  }
}
