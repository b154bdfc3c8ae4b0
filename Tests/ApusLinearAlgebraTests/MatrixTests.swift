// Part of Apus, Apache-2.0. See LICENSE.
import Testing

@testable import ApusLinearAlgebra

@Suite struct MatrixTests {
  let a: Matrix<Double> = [[1, 2, 3], [4, 5, 6]]

  @Test func rowsColumnsAndElementsAreWhereTheySay() {
    #expect(a.rows == 2 && a.columns == 3 && a[1, 0] == 4 && a[0, 2] == 3)
    #expect(a.elements == [1, 4, 2, 5, 3, 6])
    #expect(a.row(1) == [4, 5, 6] && a.column(1) == [2, 5])
    #expect(a == Matrix(columns: [[1, 4], [2, 5], [3, 6]]))
    #expect(a == Matrix(rows: 2, columns: 3, elements: [1, 4, 2, 5, 3, 6]))
  }

  @Test func aCopyIsNotWrittenWithItsOriginal() {
    var b = a
    b[0, 0] = 9
    #expect(a[0, 0] == 1 && b[0, 0] == 9)
    var c = a.transposed
    c[2, 1] = -1
    #expect(a[1, 2] == 6 && c == [[1, 4], [2, 5], [3, -1]])
  }

  @Test func aMatrixThatIsNotUsedAgainIsFactorisedInItsPlace() throws {
    let used: Matrix<Double> = AwkwardMatrices.positive(40)
    let kept = try used.cholesky().lower
    #expect(kept.storage !== used.storage && used == AwkwardMatrices.positive(40))
    var matrix: Matrix<Double> = AwkwardMatrices.positive(40)
    matrix[0, 0] += 0
    let place = matrix.storage.base
    let lower = try (consume matrix).cholesky().lower
    #expect(lower.storage.base == place && lower == kept)
  }

  @Test func aSliceReadsItsMatrixAndIsWrittenAlone() {
    var slice = a[rows: 0..<2, columns: 1..<3]
    #expect(slice == [[2, 3], [5, 6]])
    slice[0, 0] = 7
    #expect(a[0, 1] == 2 && slice == [[7, 3], [5, 6]])
    #expect(a[rows: 1..<2].transposed == [[4], [5], [6]])
  }

  @Test func partsCanBeAssignedEvenFromTheirOwnMatrix() {
    var b = Matrix<Double>.zeros(3, 3)
    b[rows: 1..<3] = a
    #expect(b == [[0, 0, 0], [1, 2, 3], [4, 5, 6]])
    b[rows: 0..<2] = b[rows: 1..<3]
    #expect(b == [[1, 2, 3], [4, 5, 6], [4, 5, 6]])
    b[columns: 0..<2] = b[columns: 0..<2] + b[columns: 1..<3]
    #expect(b == [[3, 5, 3], [9, 11, 6], [9, 11, 6]])
  }

  @Test func arithmeticIsElementByElement() {
    #expect(a + a == 2 * a && a - a == .zeros(2, 3) && -a == a * -1)
    #expect(a .* a == [[1, 4, 9], [16, 25, 36]] && a / 2 == [[0.5, 1, 1.5], [2, 2.5, 3]])
    #expect(a * [1, 0, -1] == [-2, -2])
  }

  @Test func normsAreThoseOfTheirDefinitions() {
    let b: Matrix<Double> = [[1, -2], [-3, 4]]
    #expect(b.norm(.one) == 6 && b.norm(.infinity) == 7 && b.norm(.maximum) == 4)
    #expect(abs(b.norm() - 30.0.squareRoot()) < 1e-14)
    #expect(b.trace == 5 && Matrix<Double>.zeros(0, 0).norm(.one) == 0)
    #expect(Matrix<Double>(rows: [[.nan, 1]]).norm(.one).isNaN)
    #expect((1e200 * b).norm().isFinite && (1e-200 * b).norm() > 0)
  }

  @Test func aDescriptionAlignsAndLeavesOut() {
    #expect(
      Matrix<Double>(rows: [[1, -10], [2.5, 3]]).description
        == "Matrix 2 x 2\n1.0  -10.0\n2.5    3.0")
    let lines = Matrix<Double>.identity(20).description.split(separator: "\n")
    #expect(lines.count == 8 && lines[4].contains("..."))
  }
}
