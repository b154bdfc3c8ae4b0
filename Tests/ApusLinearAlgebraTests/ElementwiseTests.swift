// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom
import Testing

@testable import ApusLinearAlgebra

/// Operations element by element and sums, for matrices that are stored in all ways.
@Suite struct ElementwiseTests {
  /// A matrix stored column by column, the same stored row by row, and as a part of a larger one.
  private func stored(_ rows: Int, _ columns: Int, seed: UInt64) -> [Matrix<Double>] {
    var rng = PCG64(SeedSequence(UInt128(seed)))
    let values = (0..<(rows * columns)).map { _ in rng.normal() }
    let plain = Matrix(rows: rows, columns: columns, elements: values)
    let byRows = Matrix(rows: columns, columns: rows) { plain[$1, $0] }.transposed
    var larger = Matrix<Double>.zeros(rows + 3, columns + 2)
    larger[rows: 1..<(rows + 1), columns: 2..<(columns + 2)] = plain
    let strided = Matrix(rows: 2 * rows, columns: columns) { plain[$0 / 2, $1] }
    return [
      plain, byRows, larger[rows: 1..<(rows + 1), columns: 2..<(columns + 2)],
      strided.selecting(rows: (0..<rows).map { 2 * $0 }),
    ]
  }

  static let shapes = [
    (0, 0), (0, 3), (3, 0), (1, 1), (7, 5), (8, 8), (33, 9), (100, 3), (3, 100), (70, 41),
  ]

  @Test(arguments: shapes)
  func operatorsAreThoseOfTheElements(rows: Int, columns: Int) {
    for a in stored(rows, columns, seed: 1) {
      for b in stored(rows, columns, seed: 2) {
        let results = [a + b, a - b, a .* b, a ./ b, 2 * a, a * 2, a / 3, -a, a.map { $0 * $0 }]
        let expected: [(Double, Double) -> Double] = [
          { $0 + $1 }, { $0 - $1 }, { $0 * $1 }, { $0 / $1 }, { x, _ in 2 * x }, { x, _ in x * 2 },
          { x, _ in x / 3 }, { x, _ in -x }, { x, _ in x * x },
        ]
        for (result, operation) in zip(results, expected) {
          let wanted = Matrix(rows: rows, columns: columns) { operation(a[$0, $1], b[$0, $1]) }
          #expect(result == wanted)
        }
      }
    }
  }

  @Test(arguments: shapes)
  func sumsDoNotDependOnHowAMatrixIsStored(rows: Int, columns: Int) {
    let ways = stored(rows, columns, seed: 3)
    let floats = ways.map { $0.map { Float($0) } }
    for matrix in ways {
      #expect(matrix == ways[0])
      #expect(matrix.columnSums() == ways[0].columnSums() && matrix.rowSums() == ways[0].rowSums())
      #expect(matrix.sum() == ways[0].sum())
      #expect(matrix.norm(.one) == ways[0].norm(.one))
      #expect(matrix.norm(.infinity) == ways[0].norm(.infinity))
      #expect(abs(matrix.norm() - ways[0].norm()) <= 1e-14 * ways[0].norm())
    }
    #expect(floats.allSatisfy { $0.columnSums() == floats[0].columnSums() })
    for (column, sum) in ways[0].columnSums().enumerated() {
      let values = ways[0].column(column)
      let magnitude = values.reduce(0) { $0 + $1.magnitude }
      #expect(abs(sum - values.reduce(0, +)) <= 1e-15 * Double(rows) * magnitude)
    }
    let largest =
      (0..<columns).map { ways[0].column($0).reduce(0) { $0 + $1.magnitude } }.max() ?? 0
    #expect(abs(ways[0].norm(.one) - largest) <= 1e-13 * largest)
  }

  @Test func rowsColumnsAndDiagonalsAreRead() {
    for matrix in stored(9, 6, seed: 4) {
      for row in 0..<9 { #expect(matrix.row(row) == (0..<6).map { matrix[row, $0] }) }
      for column in 0..<6 { #expect(matrix.column(column) == (0..<9).map { matrix[$0, column] }) }
      #expect(matrix.diagonal == (0..<6).map { matrix[$0, $0] })
      #expect(matrix.elements == (0..<6).flatMap { matrix.column($0) })
      #expect(matrix.selecting(rows: [8, 0, 0]).row(0) == matrix.row(8))
      #expect(matrix.selecting(columns: [5, 1]).column(1) == matrix.column(1))
    }
  }

  @Test func rowsAndColumnsAreCombinedWithVectors() {
    for matrix in stored(9, 6, seed: 5) {
      let centred = matrix.combiningRows(with: matrix.columnMeans()) { $0 - $1 }
      #expect(centred.columnMeans().allSatisfy { abs($0) < 1e-15 })
      let scaled = matrix.combiningColumns(with: (0..<9).map { Double($0) }) { $0 * $1 }
      #expect(scaled.row(3) == matrix.row(3).map { $0 * 3 })
    }
  }

  @Test func matricesAreStacked() {
    let (a, b): (Matrix<Double>, Matrix<Double>) = ([[1, 2], [3, 4]], [[5, 6]])
    #expect(Matrix.stackingRows([a, b]) == [[1, 2], [3, 4], [5, 6]])
    #expect(Matrix.stackingColumns([a, b.transposed]) == [[1, 2, 5], [3, 4, 6]])
  }

  @Test func awkwardElementsHaveTheNormsOfTheirMagnitudes() {
    let least = Double.leastNonzeroMagnitude
    for value in [0, least, 1e-300, 1, 1e300, Double.greatestFiniteMagnitude / 4] {
      let matrix: Matrix<Double> = [[value, -value], [0, value]]
      let norm = matrix.norm()
      #expect(abs(norm - 3.0.squareRoot() * value) <= 1e-15 * norm + 2 * least)
      #expect(matrix.norm(.maximum) == value && matrix.norm(.one) == 2 * value)
    }
    for (value, expected) in [(Double.infinity, Double.infinity), (.nan, .nan)] {
      for size in [1, 8, 9, 40] {
        var matrix = Matrix<Double>.zeros(size, size)
        matrix[size - 1, size / 2] = value
        for kind in MatrixNorm.allCases {
          let norm = matrix.norm(kind)
          #expect(norm == expected || (norm.isNaN && expected.isNaN), "\(kind) \(size)")
        }
      }
    }
    #expect(Matrix<Double>.zeros(0, 0).norm() == 0 && Matrix<Double>.zeros(2, 0).sum() == 0)
  }
}
