// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom

/// Times operations of growing size with one thread and with several.
///
/// It goes over all of them several times, because a neighbour may slow a core for seconds.
struct Calibrator {
  typealias Operation = ThreadPolicy.Operation

  /// What is measured together: an operation and a number of threads.
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

  /// Seconds that one sample takes at least.
  static let sample = 0.002
  /// Times that all is gone over, and samples each time, of which the best of all counts.
  static let rounds = 3
  static let samplesPerRound = 3
  /// Sizes are not tried beyond one whose single call takes so many seconds.
  static let longest = 0.15

  /// Orders that are tried.
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

  /// The shape that an operation of an order has where its threads are chosen.
  static func shape(of operation: Operation, order: Int) -> CallShape {
    operation == .matrixVector ? CallShape(order, order, 1) : CallShape(order, order, order)
  }

  /// Numbers of threads that are tried: 2, 4, 8, ..., and the most.
  static func counts(upTo most: Int) -> [Int] {
    sequence(first: 2) { $0 * 2 }.prefix { $0 < most }.map { $0 } + (most >= 2 ? [most] : [])
  }

  /// Something to time.
  private static func body(_ operation: Operation, order: Int) -> () -> Void {
    var seed = Seed(UInt128(order))
    let a = Matrix.normal(rows: order, columns: order, streams: seed.streams())
    switch operation {
    case .product:
      let b = a.compacted() + a
      return { _ = a * b }
    case .gram: return { _ = a.gram() }
    case .matrixVector:
      let x = a.column(0)
      return { _ = a * x }
    case .cholesky:
      let positive = a.gram() + .identity(order)
      return { _ = try? positive.cholesky() }
    case .solve:
      let factor = try? (a.gram() + .identity(order)).cholesky()
      return { _ = try? factor?.solve(a) }
    case .lu: return { _ = try? a.lu() }
    case .qr: return { _ = try? a.qr() }
    case .applyQ:
      let qr = try? a.qr()
      return { _ = qr?.orthonormal }
    case .symmetricEigen:
      let symmetric = a + a.transposed
      return { _ = try? symmetric.eigenSymmetric() }
    case .eigen: return { _ = try? a.eigen() }
    case .svd: return { _ = try? a.svd() }
    }
  }

  /// Times one series: at first until it is decided from which order on threads pay, later the same orders
  /// again.
  mutating func measure(_ index: Int) {
    let (operation, threads) = (series[index].operation, series[index].threads)
    if !series[index].samples.isEmpty {
      for place in series[index].samples.indices {
        let sample = series[index].samples[place]
        series[index].samples[place] = sample.improved(
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

  /// The least seconds of a call with one thread and with several, timed in turns.
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
