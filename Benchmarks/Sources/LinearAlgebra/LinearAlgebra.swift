// Part of Apus, Apache-2.0. See LICENSE.
import Apus

/// Times products and Cholesky factors of square matrices: prints "name,microseconds", best of nine samples
/// (five above order 512).
///
/// With two arguments, an order and a number of seconds, it computes Cholesky factors of that order for that
/// time and prints how many it made per second.
@main
struct LinearAlgebra {
  static let orders = [2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 512, 1024, 2048]

  static func main() throws {
    if CommandLine.arguments.contains("--decompositions") { return try Decompositions.run() }
    let arguments = CommandLine.arguments.dropFirst().compactMap { Int($0) }
    if arguments.count == 2 {
      print(try factorsPerSecond(order: arguments[0], seconds: arguments[1]))
      return
    }
    print("# \(BLAS.current.info)")
    for order in orders {
      var seed = Seed(1)
      let a = Matrix.normal(rows: order, columns: order, streams: seed.streams())
      let b = Matrix.normal(rows: order, columns: order, streams: seed.streams())
      let positive = a.gram() + Matrix<Double>.identity(order)
      try report("product \(order)", order) { _ = a * b }
      try report("Cholesky \(order)", order) { _ = try positive.cholesky() }
    }
  }

  static func factorsPerSecond(order: Int, seconds: Int) throws -> Double {
    var seed = Seed(1)
    let a = Matrix.normal(rows: order, columns: order, streams: seed.streams())
    let positive = a.gram() + Matrix<Double>.identity(order)
    let clock = ContinuousClock()
    let start = clock.now
    var count = 0
    while clock.now - start < .seconds(seconds) {
      for _ in 0..<10 { _ = try positive.cholesky() }
      count += 10
    }
    return Double(count) / ((clock.now - start) / .seconds(1))
  }

  static func report(_ name: String, _ order: Int, _ body: () throws -> Void) throws {
    print("\(name),\(try best(order, body))")
  }

  static func best(_ order: Int, _ body: () throws -> Void) throws -> Double {
    let clock = ContinuousClock()
    let once = max(1, Int(2e7 / (Double(order * order * order) + 3000)))
    var best = Double.infinity
    for _ in 0..<(order > 512 ? 5 : 9) {
      let time = try clock.measure { for _ in 0..<once { try body() } }
      best = min(best, time / .microseconds(1) / Double(once))
    }
    return best
  }
}
