// Part of Apus, Apache-2.0. See LICENSE.
import ApusLinearAlgebra
import ApusRandom

/// LAPACK's test ratios: each is of order 1 for a stable algorithm; LAPACK's tests accept values below 30.
enum Residuals<Element: MatrixScalar> {
  typealias M = Matrix<Element>

  static var limit: Double { Element.self == Float.self ? 100 : 30 }

  private static func size(_ matrix: M) -> Double { Double(matrix.norm(.one)) }

  private static func ratio(_ residual: M, _ scale: Double) -> Double {
    let size = size(residual)
    if size == 0 { return 0 }
    return scale == 0 ? .infinity : size / (scale * Double(Element.ulpOfOne))
  }

  private static func orthogonality(_ q: M) -> Double {
    ratio(product(q.transposed, q) - .identity(q.columns), Double(max(q.rows, 1)))
  }

  /// The product by its definition, as a reference that uses no kernel.
  static func product(_ a: M, _ b: M) -> M {
    let rows = (0..<a.rows).map { a.row($0).map { Double($0) } }
    let columns = (0..<b.columns).map { b.column($0).map { Double($0) } }
    return M(rows: a.rows, columns: b.columns) { Element(dot(rows[$0], columns[$1])) }
  }

  private static func dot(_ x: [Double], _ y: [Double]) -> Double {
    x.withUnsafeBufferPointer { x in
      y.withUnsafeBufferPointer { y in
        var sum = 0.0
        for i in 0..<x.count { sum += x[i] * y[i] }
        return sum
      }
    }
  }

  static func cholesky(_ a: M) throws -> Double {
    let l = try a.cholesky().lower
    return ratio(a - product(l, l.transposed), Double(a.rows) * size(a))
  }

  static func lu(_ a: M) throws -> Double {
    let lu = try a.lu()
    let permuted = M(rows: a.rows, columns: a.columns) { a[lu.permutation[$0], $1] }
    return ratio(
      permuted - product(lu.lower, lu.upper), Double(max(a.rows, a.columns)) * size(a))
  }

  static func qr(_ a: M) throws -> Double {
    let qr = try a.qr()
    let q = qr.q
    return max(
      ratio(a - product(q, qr.r), Double(max(a.rows, a.columns)) * size(a)), orthogonality(q))
  }

  static func symmetricEigen(_ a: M) throws -> Double {
    let eigen = try a.symmetricEigen()
    guard eigen.eigenvalues == eigen.eigenvalues.sorted() else { return .infinity }
    let z = eigen.eigenvectors
    let residual = product(a, z) - product(z, .diagonal(eigen.eigenvalues))
    return max(ratio(residual, Double(a.rows) * size(a)), orthogonality(z))
  }

  static func svd(_ a: M) throws -> Double {
    let svd = try a.svd()
    guard svd.singularValues == svd.singularValues.sorted(by: >),
      svd.singularValues.allSatisfy({ $0 >= 0 })
    else {
      return .infinity
    }
    let back = product(product(svd.u, .diagonal(svd.singularValues)), svd.v.transposed)
    return max(
      ratio(a - back, Double(max(a.rows, a.columns)) * size(a)), orthogonality(svd.u),
      orthogonality(svd.v))
  }

  static func eigen(_ a: M) throws -> Double {
    let eigen = try a.eigen()
    let (x, y) = (eigen.realEigenvectors, eigen.imaginaryEigenvectors)
    let real = M.diagonal(eigen.eigenvalues.map(\.real))
    let imaginary = M.diagonal(eigen.eigenvalues.map(\.imaginary))
    let first = product(a, x) - product(x, real) + product(y, imaginary)
    let second = product(a, y) - product(x, imaginary) - product(y, real)
    let lengths = (0..<a.columns).map { j in
      (x.column(j) + y.column(j)).reduce(0) { $0 + Double($1) * Double($1) }
    }
    let scale = Double(a.rows) * size(a)
    let worst = lengths.map { abs($0 - 1) / Double(Element.ulpOfOne) / Double(a.rows) }.max() ?? 0
    return max(ratio(first, scale), ratio(second, scale), worst)
  }

  /// |sum of eigenvalues - trace| and |sum of squares - trace of the square|, beside the size of the matrix: eigenvectors of
  /// defective matrices are too ill-conditioned for a residual.
  static func eigenvaluesOnly(_ a: M) throws -> Double {
    let values = try a.eigen().eigenvalues
    let sum = values.reduce(0) { $0 + Double($1.real) }
    let squares = values.reduce(0) {
      $0 + Double($1.real * $1.real) - Double($1.imaginary * $1.imaginary)
    }
    let n = a.rows
    let trace = (0..<n).reduce(0) { $0 + Double(a[$1, $1]) }
    let square = product(a, a)
    let traceOfSquare = (0..<n).reduce(0) { $0 + Double(square[$1, $1]) }
    return abs(sum - trace) + abs(squares - traceOfSquare)
  }

  static func solve(_ a: M) throws -> Double {
    let b = M(rows: a.rows, columns: 2) { Element(($0 * 7 + $1 * 3) % 11) - 5 }
    let x = try a.solve(b)
    return ratio(b - product(a, x), size(a) * size(x) * Double(max(a.rows, 1)))
  }

  static func inverse(_ a: M) throws -> Double {
    let inverse = try a.inverse()
    return ratio(
      .identity(a.rows) - product(a, inverse), Double(a.rows) * size(a) * size(inverse))
  }

  /// The residual by the normal equations: Aᵀ (A x - b) is 0.
  static func leastSquares(_ a: M) throws -> Double {
    let b = M(rows: a.rows, columns: 2) { Element(($0 * 7 + $1 * 3) % 11) - 5 }
    let x = try a.leastSquares(b)
    let residual = product(a, x) - b
    let scale = size(a) * (size(a) * size(x) + size(b)) * Double(max(a.rows, a.columns, 1))
    return ratio(product(a.transposed, residual), scale)
  }
}
