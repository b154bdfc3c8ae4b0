// Part of Apus, Apache-2.0. See LICENSE.
import Apus
import ApusLinearAlgebra
import ApusRandom
import ArgumentParser

/// An operation whose speed `apus blas benchmark` measures.
enum LinearAlgebraOperation: String, CaseIterable, ExpressibleByArgument, Encodable {
  case product, gram, matrixVector, cholesky, solve, lu, qr, symmetricEigen, svd

  /// The number of additions and multiplications at an order, by the usual counts.
  func operations(order: Int) -> Double {
    let n = Double(order)
    switch self {
    case .product: return 2 * n * n * n
    case .gram: return n * n * n
    case .matrixVector: return 2 * n * n
    case .cholesky: return n * n * n / 3
    case .solve, .lu: return 2 * n * n * n / 3
    case .qr: return 4 * n * n * n / 3
    case .symmetricEigen: return 9 * n * n * n
    case .svd: return 20 * n * n * n
    }
  }

  /// The operation on a normal matrix, ready to be timed.
  func body(order: Int) -> () throws -> Void {
    var seed = Seed(UInt128(order))
    let a = Matrix.normal(rows: order, columns: order, streams: seed.streams())
    switch self {
    case .product:
      let b = a + a
      return { _ = a * b }
    case .gram: return { _ = a.gram() }
    case .matrixVector:
      let x = a.column(0)
      return { _ = a * x }
    case .cholesky:
      let positive = a.gram() + .identity(order)
      return { _ = try positive.cholesky() }
    case .solve:
      let x = a.column(0)
      return { _ = try a.solve(x) }
    case .lu: return { _ = try a.lu() }
    case .qr: return { _ = try a.qr() }
    case .symmetricEigen:
      let symmetric = a + a.transposed
      return { _ = try symmetric.symmetricEigen() }
    case .svd: return { _ = try a.svd() }
    }
  }
}
