// Part of Apus, Apache-2.0. See LICENSE.
import ApusLinearAlgebra
import Testing

/// Every factorisation, on every awkward matrix, in both precisions.
@Suite struct ResidualTests {
  private func expect<Element: MatrixScalar>(
    _ what: String, _ matrices: [(String, Matrix<Element>)],
    _ ratio: (Matrix<Element>) throws -> Double
  ) throws {
    for (name, matrix) in matrices {
      let value = try ratio(matrix)
      #expect(value < Residuals<Element>.limit, "\(what) of \(name) (\(Element.self)): \(value)")
    }
  }

  private func positive<Element: MatrixScalar>(_: Element.Type) -> [(String, Matrix<Element>)] {
    AwkwardMatrices<Element>.orders.map { ("positive \($0)", AwkwardMatrices.positive($0)) }
      + [("identity", .identity(5)), ("0 x 0", .zeros(0, 0))]
  }

  private func symmetric<Element: MatrixScalar>(_: Element.Type) -> [(String, Matrix<Element>)] {
    AwkwardMatrices<Element>.orders.map { ("symmetric \($0)", AwkwardMatrices.symmetric($0)) }
      + [
        ("identity", .identity(5)), ("zero", .zeros(4, 4)), ("0 x 0", .zeros(0, 0)),
        ("Hilbert", AwkwardMatrices.hilbert(12)), ("graded", AwkwardMatrices.graded(20)),
      ]
  }

  private func expectAll<Element: MatrixScalar>(_ type: Element.Type) throws {
    let squares = AwkwardMatrices<Element>.squares
    let all = squares + AwkwardMatrices<Element>.rectangles
    try expect("Cholesky", positive(type), Residuals.cholesky)
    try expect("LU", all, Residuals.lu)
    try expect("QR", all, Residuals.qr)
    try expect("symmetric eigen", symmetric(type), Residuals.symmetricEigen)
    try expect("SVD", all, Residuals.svd)
    try expect("eigen", squares, Residuals.eigen)
    try expect("least squares", all, Residuals.leastSquares)
    let regular = squares.filter { !["zero", "deficient", "cycle 1"].contains($0.0) }
    try expect("solve", regular, Residuals.solve)
    try expect("inverse", regular, Residuals.inverse)
  }

  /// Exactly the given number of threads, whatever the size.
  @Test(arguments: [1, 2])
  func doublesHaveSmallResiduals(threads: Int) throws {
    try BLAS.withThreads(exactly: threads) { try expectAll(Double.self) }
  }

  @Test(arguments: [1, 2])
  func floatsHaveSmallResiduals(threads: Int) throws {
    try BLAS.withThreads(exactly: threads) { try expectAll(Float.self) }
  }
}
