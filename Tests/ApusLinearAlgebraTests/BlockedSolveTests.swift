// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom
import Testing

@testable import ApusLinearAlgebra

@Suite struct BlockedSolveTests {
  /// Products and small triangles element by element.
  private let plain = BlockedSolve<Double>(
    subtractProduct: { a, b, c in
      for i in 0..<c.rows {
        for j in 0..<c.columns {
          for k in 0..<a.columns { c[i, j] -= a[i, k] * b[k, j] }
        }
      }
    },
    small: { triangle, t, b in
      let order = triangle.isLower ? Array(0..<t.rows) : (0..<t.rows).reversed()
      for j in 0..<b.columns {
        for (step, i) in order.enumerated() {
          for k in order[..<step] { b[i, j] -= t[i, k] * b[k, j] }
          if !triangle.isUnit { b[i, j] /= t[i, i] }
        }
      }
    })

  /// The triangle of `values` that is used, with a unit diagonal if `triangle` has one.
  private func triangular(_ triangle: Triangle, _ values: Matrix<Double>) -> Matrix<Double> {
    let n = values.rows
    return Matrix(rows: n, columns: n) { i, j in
      if i == j { return triangle.isUnit ? 1 : values[i, i] }
      return (i > j) == triangle.isLower ? values[i, j] : 0
    }
  }

  @Test(arguments: [1, 16, 64, 65, 67, 128, 131], [false, true])
  func halvesGiveTheSolution(order: Int, isTransposed: Bool) {
    var seed = Seed(UInt128(order))
    let noise = Matrix.normal(rows: order, columns: order, streams: seed.streams())
    // Far from singular; what is not in the triangle is never read.
    let values = 0.5 / Double(order) * noise + 2 * .identity(order)
    for triangle in [Triangle.lower, .unitLower, .upper, Triangle(isLower: false, isUnit: true)] {
      let t = triangular(triangle, values)
      let x = Matrix.normal(rows: order, columns: 5, streams: seed.streams())
      var solved = t * x
      if isTransposed { solved = solved.transposed.compacted() }
      solved.withUniqueBlock { block in
        plain.solve(triangle, values.block, isTransposed ? block.transposed : block)
      }
      let found = isTransposed ? solved.transposed : solved
      #expect((found + -1 * x).norm() < 1e-12 * x.norm())
    }
  }

  @Test(arguments: [1, 47, 48, 49, 200, 500]) func threadsTakeColumnsWithTheSameBits(columns: Int) {
    var seed = Seed(UInt128(columns))
    let t = Matrix.normal(rows: 100, columns: 100, streams: seed.streams()) + 30 * .identity(100)
    let b = Matrix.normal(rows: 100, columns: columns, streams: seed.streams())
    let solutions = [1, 2, 3, 8].map { threads in
      var x = b
      x.withUniqueBlock { plain.solve(.lower, t.block, $0, threads: threads) }
      return x
    }
    #expect(solutions.allSatisfy { $0 == solutions[0] })
    #expect((triangular(.lower, t) * solutions[0] + -1 * b).norm() < 1e-12 * b.norm())
  }
}
