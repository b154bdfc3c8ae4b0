// Part of Apus, Apache-2.0. See LICENSE.
import ApusLinearAlgebra
import Testing

/// Every bad matrix throws an error that says where it is bad, in both precisions; none gives a wrong answer.
@Suite struct BadInputTests {
  private func expectPlaces<Element: MatrixScalar>(_: Element.Type) {
    for bad in [Element.nan, .infinity, -.infinity] {
      for (row, column) in [(0, 0), (2, 1), (4, 4)] {
        var a: Matrix<Element> = AwkwardMatrices.positive(5)
        a[row, column] = bad
        let error = LinearAlgebraError.nonFinite(row: row, column: column)
        #expect(throws: error) { try a.cholesky() }
        #expect(throws: error) { try a.lu() }
        #expect(throws: error) { try a.qr() }
        #expect(throws: error) { try a.svd() }
        #expect(throws: error) { try a.symmetricEigen() }
        #expect(throws: error) { try a.eigen() }
        #expect(throws: error) { try a.solve([1, 2, 3, 4, 5]) }
        #expect(throws: error) { try a.leastSquares([1, 2, 3, 4, 5]) }
        #expect(throws: error) { try a.inverse() }
        #expect(throws: error) { try a.determinant() }
      }
    }
  }

  @Test func nonFiniteElementsOfDoublesAreFound() { expectPlaces(Double.self) }
  @Test func nonFiniteElementsOfFloatsAreFound() { expectPlaces(Float.self) }

  @Test func aRightSideThatIsNotFiniteIsFound() throws {
    let a: Matrix<Double> = AwkwardMatrices.positive(3)
    let error = LinearAlgebraError.nonFinite(row: 1, column: 0)
    #expect(throws: error) { try a.solve([1, .nan, 2]) }
    #expect(throws: error) { try a.leastSquares([1, .nan, 2]) }
    #expect(throws: error) { try a.cholesky().solve([1, .infinity, 2]) }
  }

  @Test(arguments: [1, 2, 5, 40, 64, 65, 100, 300])
  func theFirstMinorThatIsNotPositiveIsNamed(order: Int) {
    for minor in Set([1, order / 2 + 1, order]) {
      var a = Matrix<Double>.identity(order) * 4
      a[minor - 1, minor - 1] = -1
      #expect(throws: LinearAlgebraError.notPositiveDefinite(leadingMinor: minor)) {
        try a.cholesky()
      }
      a[minor - 1, minor - 1] = 0
      #expect(throws: LinearAlgebraError.notPositiveDefinite(leadingMinor: minor)) {
        try a.cholesky()
      }
    }
  }

  @Test(arguments: [2, 5, 33, 65])
  func theFirstPivotThatIsZeroIsNamed(order: Int) throws {
    var a = Matrix<Double>.identity(order)
    a[order / 2, order / 2] = 0
    let error = LinearAlgebraError.singular(pivot: order / 2 + 1)
    #expect(throws: error) { try a.solve([Double](repeating: 1, count: order)) }
    #expect(throws: error) { try a.inverse() }
    #expect(try a.determinant() == 0)
  }

  @Test func shapesThatDoNotFitAreNamed() throws {
    let a = Matrix<Double>.zeros(2, 3)
    let square = LinearAlgebraError.notSquare(rows: 2, columns: 3)
    #expect(throws: square) { try a.cholesky() }
    #expect(throws: square) { try a.solve([1, 2]) }
    #expect(throws: square) { try a.inverse() }
    #expect(throws: square) { try a.determinant() }
    #expect(throws: square) { try a.eigen() }
    #expect(throws: square) { try a.symmetricEigen() }
    let rows = LinearAlgebraError.shape(expectedRows: 2, rows: 3)
    #expect(throws: rows) { try a.leastSquares([1, 2, 3]) }
    #expect(throws: rows) { try Matrix<Double>.identity(2).solve([1, 2, 3]) }
  }

  @Test(arguments: [1e-300, 1e300, 1e-160, 1e160])
  func hugeAndTinyMatricesAreScaled(scale: Double) throws {
    let a: Matrix<Double> = scale * AwkwardMatrices.symmetric(6)
    #expect(try Residuals.svd(a) < 30 && Residuals.symmetricEigen(a) < 30)
    #expect(try Residuals.eigen(a) < 30 && Residuals.qr(a) < 30)
  }

  @Test func leastSquaresOfHugeNumbersAreThoseOfTheirMultiples() throws {
    let a: Matrix<Double> = [[1, 1], [1, -1], [1, 0.1]]
    let tall = try (1e308 * a).leastSquares([1e308, 1e308, 1e308])
    let expected = try a.leastSquares([1, 1, 1])
    #expect(zip(tall, expected).allSatisfy { abs($0 - $1) < 1e-14 })
    let wide = try (1e308 * a.transposed).leastSquares([1e308, 1e308])
    let short = try a.transposed.leastSquares([1, 1])
    #expect(zip(wide, short).allSatisfy { abs($0 - $1) < 1e-14 })
    #expect(try Residuals.qr(1e307 * AwkwardMatrices<Double>.random(9, 4)) < 30)
  }

  /// Without column pivoting its factors show no small number, although its numerical rank is 69.
  @Test func aRankThatQRDoesNotShowIsFound() throws {
    let a = Matrix<Double>(rows: 70, columns: 70) { $0 == $1 ? 1 : $0 < $1 ? -1 : 0 }
    let x = try a.leastSquares([Double](repeating: 1, count: 70))
    #expect(x.allSatisfy { abs($0) < 1 })
  }

  @Test func onlyTheLowerTriangleOfASymmetricMatrixCounts() throws {
    let lower: Matrix<Double> = [[2e-10, 1e308], [1e-10, 2e-10]]
    let values = try lower.symmetricEigen().eigenvalues
    #expect(abs(values[0] - 1e-10) < 1e-24 && abs(values[1] - 3e-10) < 1e-24)
    #expect(
      try Matrix<Double>(rows: [[2, .nan], [1, 2]]).symmetricEigen().eigenvalues.count == 2)
  }

  @Test func tinySingularValuesKeepTheirDigits() throws {
    let values = try Matrix<Double>.diagonal([1, 1e-20]).svd().singularValues
    #expect(values[0] == 1 && abs(values[1] - 1e-20) < 1e-34)
  }

  @Test func errorsSayWhatToDo() {
    #expect("\(LinearAlgebraError.singular(pivot: 3))".contains("pivot 3 is 0"))
    #expect("\(LinearAlgebraError.nonFinite(row: 1, column: 2))".contains("row 1, column 2"))
  }
}
