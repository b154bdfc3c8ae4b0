// Part of Apus, Apache-2.0. See LICENSE.

extension MatrixRoutines {
  /// The routines of the native backend.
  @inline(__always)
  static func native(
    _ native: Native<Element>, loops: BlockLoops<Element>
  ) -> MatrixRoutines {
    let cholesky = BlockedCholesky<Element>(
      product: { native.product($0, $1, $2, $3, $4, isLower: $5) },
      solve: { native.solve($0, $1, $2) }, small: native.kernels.cholesky)
    return MatrixRoutines(
      loops: loops,
      product: { native.product($0, $1, $2, $3, $4, isLower: $5) },
      solve: { native.solve($0, $1, $2) },
      cholesky: { cholesky.factorise($0) },
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
