// Part of Apus, Apache-2.0. See LICENSE.
import Apus

/// Times eigenvalues and singular values with their vectors: prints "name,microseconds", best of three samples.
enum Decompositions {
  static func run() throws {
    print("# \(BLAS.current.info)")
    for order in [100, 200, 500, 1000] {
      var seed = Seed(1)
      let a = Matrix.normal(rows: order, columns: order, streams: seed.streams())
      let symmetric = a + a.transposed
      try report("symmetric eigen \(order)") { _ = try symmetric.symmetricEigen() }
      try report("singular values \(order)") { _ = try a.svd() }
      try report("eigen \(order)") { _ = try a.eigen() }
    }
  }

  private static func report(_ name: String, _ body: () throws -> Void) throws {
    let times = try (0..<3).map { _ in try ContinuousClock().measure(body) / .microseconds(1) }
    print("\(name),\(times.min() ?? .nan)")
  }
}
