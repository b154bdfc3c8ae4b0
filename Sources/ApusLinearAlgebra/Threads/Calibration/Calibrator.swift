// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom

/// Times operations of growing size with one thread and with several.
struct Calibrator {
  typealias Operation = ThreadPolicy.Operation

  /// Seconds that one sample takes at least.
  static let sample = 0.002
  /// Samples of each number of threads, of which the best counts.
  static let samples = 7
  /// Sizes are not tried beyond one whose single call takes so many seconds.
  static let longest = 0.15

  /// Orders that are tried, each the square root of two times the one before.
  static func orders(of operation: Operation) -> [Int] {
    let range: ClosedRange<Double> =
      switch operation {
      case .product, .solve: 64...724
      case .gram: 64...1024
      case .matrixVector: 181...4096
      case .lu, .qr, .applyQ: 128...2048
      case .symmetricEigen, .eigen, .svd: 64...1024
      }
    return sequence(first: range.lowerBound) { $0 * 1.4142135623730951 }
      .prefix { $0 <= range.upperBound + 1 }.map { Int($0.rounded()) }
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

  /// Times an operation until it is decided from which order on `threads` pay.
  func samples(of operation: Operation, threads: Int) -> [Crossover.Sample] {
    var samples: [Crossover.Sample] = []
    for order in Self.orders(of: operation) {
      let body = Self.body(operation, order: order)
      let (one, several) = best(body, threads)
      samples.append(
        .init(
          order: order, work: Self.shape(of: operation, order: order).work, one: one,
          several: several))
      if Crossover.isDecided(samples) || one > Self.longest { break }
    }
    return samples
  }

  /// The least seconds of a call with one thread and with several, timed in turns.
  private func best(_ body: () -> Void, _ threads: Int) -> (one: Double, several: Double) {
    let once = seconds(1, 1, body)
    let calls = max(1, Int(Self.sample / max(once, 1e-9)))
    var (one, several) = (Double.infinity, Double.infinity)
    for _ in 0..<Self.samples {
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
