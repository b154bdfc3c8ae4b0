// Part of Apus, Apache-2.0. See LICENSE.

/// What a backend does for one precision.
///
/// Matrices call it; there is nothing here for users. Each routine is a closure that was made for its
/// precision, so code that is generic over the precision runs compiled for it.
public struct MatrixRoutines<Element: MatrixScalar>: Sendable {
  /// C = alpha A B + beta C; of a square C only the lower triangle if the last argument says so.
  let product:
    @Sendable (Element, Block<Element>, Block<Element>, Element, Block<Element>, Bool) -> Void
  /// T X = B in place of B.
  let solve: @Sendable (Triangle, Block<Element>, Block<Element>) -> Void
  /// The lower factor in place; 0 or the order of the first minor that is not positive.
  let cholesky: @Sendable (Block<Element>) -> Int
  /// Factors in place and pivots; 0 or the order of the first pivot that is 0.
  let lu: @Sendable (Block<Element>) -> (pivots: [Int], failed: Int)
  /// Factors in place and the reflectors' factors.
  let qr: @Sendable (Block<Element>) -> [Element]
  /// C becomes Q C, or Qᵀ C.
  let applyQ: @Sendable (Block<Element>, [Element], Bool, Block<Element>) -> Void
  /// Eigenvectors in place of the matrix, and values; or how many did not converge.
  let symmetricEigen: @Sendable (Block<Element>) -> (values: [Element], failed: Int)
  /// (A, real, imaginary): eigenvectors of A, which is destroyed, and values.
  let eigen:
    @Sendable (Block<Element>, Block<Element>, Block<Element>) -> (
      values: [(Element, Element)], failed: Int
    )
  /// (A, U, V): singular vectors of A, which has no more columns than rows and is destroyed, and values.
  let svd:
    @Sendable (Block<Element>, Block<Element>, Block<Element>) -> (values: [Element], failed: Int)
}

extension MatrixRoutines {
  /// The routines without any library.
  @inline(__always)
  static func native(_ native: Native<Element>) -> MatrixRoutines {
    MatrixRoutines(
      product: { native.product($0, $1, $2, $3, $4, isLower: $5) },
      solve: { native.solve($0, $1, $2) },
      cholesky: { native.cholesky($0) },
      lu: { a in
        var pivots: [Int] = []
        let failed = native.lu(a, pivots: &pivots)
        return (pivots, failed)
      },
      qr: { a in
        var tau: [Element] = []
        native.qr(a, tau: &tau)
        return tau
      },
      applyQ: { native.apply(q: $0, tau: $1, transposed: $2, to: $3) },
      symmetricEigen: { a in
        var values: [Element] = []
        let failed = native.symmetricEigen(a, values: &values)
        return (values, failed)
      },
      eigen: { a, real, imaginary in
        var values: [(Element, Element)] = []
        let failed = native.eigen(a, values: &values, real: real, imaginary: imaginary)
        return (values, failed)
      },
      svd: { a, u, v in
        var values: [Element] = []
        let failed = native.svd(a, u: u, s: &values, v: v)
        return (values, failed)
      })
  }
}

extension Native<Double> {
  static let doubles = Native(kernels: .doubles)
}

extension Native<Float> {
  static let floats = Native(kernels: .floats)
}
