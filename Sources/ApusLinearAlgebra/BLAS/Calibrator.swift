// Part of Apus, Apache-2.0. See LICENSE.

/// Times operations of increasing size with one thread and with several.
///
/// It repeats all measurements several times, because another job may slow a core for seconds.
struct Calibrator {
  typealias Operation = ThreadPolicy.Operation

  /// The samples of one operation with one number of threads.
  struct Series {
    let operation: Operation
    let threads: Int
    var samples: [Crossover.Sample] = []
  }

  var series: [Series]

  init(operations: [Operation], counts: [Int]) {
    series = operations.flatMap { operation in
      counts.map { Series(operation: operation, threads: $0) }
    }
  }

  /// The shortest duration of one sample, in seconds.
  static let sample = 0.002
  /// The number of rounds over all series, and of samples in each round; the best of all samples counts.
  static let rounds = 3
  static let samplesPerRound = 3
  /// The seconds of a single call at one size beyond which larger sizes are not tried.
  static let longest = 0.15

  /// The orders that are tried.
  static func orders(of operation: Operation) -> [Int] {
    let range =
      switch operation {
      case .product, .solve: 64...725
      case .gram: 64...1024
      case .matrixVector: 181...4096
      case .lu, .qr, .applyQ, .cholesky: 128...2048
      case .symmetricEigen, .eigen, .svd: 64...1024
      }
    return GeometricOrders.from(range.lowerBound, to: range.upperBound)
  }

  /// The shape of an operation of an order where its number of threads is chosen.
  static func shape(of operation: Operation, order: Int) -> CallShape {
    operation == .matrixVector ? CallShape(order, order, 1) : CallShape(order, order, order)
  }

  /// The numbers of threads that are tried: 2, 4, 8, ..., and `most`.
  static func counts(upTo most: Int) -> [Int] {
    sequence(first: 2) { $0 * 2 }.prefix { $0 < most }.map { $0 } + (most >= 2 ? [most] : [])
  }

  /// The call to time, on matrices that live as long as it.
  private static func body(_ operation: Operation, order n: Int) -> () -> Void {
    let operands = CalibrationOperands(order: n)
    let routines = BLAS.current.doubles
    switch operation {
    case .product: return { operands.multiply(routines, isLower: false) }
    case .gram: return { operands.multiply(routines, isLower: true) }
    case .matrixVector: return { operands.multiplyVector(routines) }
    case .cholesky: return { operands.factorisePositive(routines) }
    case .solve:
      operands.factorisePositive(routines)
      return { operands.solve(routines) }
    case .lu: return { _ = routines.lu(operands.copy()) }
    case .qr: return { _ = routines.qr(operands.copy()) }
    case .applyQ:
      let reflectors = OwnedBlock(operands.general)
      let tau = routines.qr(reflectors.block)
      return { routines.applyQ(reflectors.block, tau, false, operands.identity()) }
    case .symmetricEigen: return { _ = routines.symmetricEigen(operands.copySymmetric()) }
    case .eigen: return { operands.eigen(routines) }
    case .svd: return { operands.svd(routines) }
    }
  }

  /// Times one series: in the first round until the crossover is decided, in later rounds the same orders
  /// again.
  mutating func measure(_ index: Int) {
    let (operation, threads) = (series[index].operation, series[index].threads)
    if !series[index].samples.isEmpty {
      for position in series[index].samples.indices {
        let sample = series[index].samples[position]
        series[index].samples[position] = sample.improved(
          by: best(Self.body(operation, order: sample.order), threads))
      }
      return
    }
    for order in Self.orders(of: operation) {
      let (one, several) = best(Self.body(operation, order: order), threads)
      let work = Self.shape(of: operation, order: order).work
      series[index].samples.append(
        .init(order: order, work: work, one: one, several: several))
      if Crossover.isDecided(series[index].samples) || one > Self.longest { break }
    }
  }

  /// The shortest times of a call, in seconds, with one thread and with several, measured alternately.
  private func best(_ body: () -> Void, _ threads: Int) -> (one: Double, several: Double) {
    let once = seconds(1, 1, body)
    let calls = max(1, Int(Self.sample / max(once, 1e-9)))
    var (one, several) = (Double.infinity, Double.infinity)
    for _ in 0..<Self.samplesPerRound {
      one = min(one, seconds(1, calls, body))
      several = min(several, seconds(threads, calls, body))
    }
    return (one, several)
  }

  private func seconds(_ threads: Int, _ calls: Int, _ body: () -> Void) -> Double {
    BLAS.withThreads(exactly: threads) {
      let timer = CallTimer(looksForDisturbances: false)
      for _ in 0..<calls { body() }
      return timer.seconds / Double(calls)
    }
  }
}
