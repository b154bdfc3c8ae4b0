// Part of Apus, Apache-2.0. See LICENSE.

extension Native {
  /// Computes A = U diag(s) Vᵀ for a block with at least as many rows as columns, which it overwrites; s is
  /// descending, U has the shape of A, V is square.
  ///
  /// The triangle of a QR factorisation is made bidiagonal, and that diagonal by implicit QR steps, whose rotations are applied
  /// many at a time. Errors are small beside the largest singular value, as LAPACK's.
  /// - Returns: 0, or the number of values that did not converge.
  func svd(
    _ a: Block<Element>, u: Block<Element>, s: inout [Element], v: Block<Element>
  ) -> Int {
    let n = a.columns
    var tau: [Element] = []
    qr(a, tau: &tau)
    var failed = 0
    u.fill(0)
    Block<Element>.withTemporary(rows: n, columns: n) { w in
      for j in 0..<n {
        for i in 0..<n { w[i, j] = i <= j ? a[i, j] : 0 }
      }
      let scale = scaleForSquares(w)
      Block<Element>.withTemporary(rows: n, columns: n) { right in
        let triangle = bidiagonalise(w, rows: right)
        Block<Element>.withTemporary(rows: n, columns: n) { left in
          formProduct(of: w, triangle.left, offset: 0, left)
          Block<Element>.withTemporary(rows: n, columns: n) { rows in
            formProduct(of: right, triangle.right, offset: 1, rows)
            failed = diagonalise(triangle, left, rows, &s)
            sort(&s, left, rows, u, v)
          }
        }
      }
      if scale != 1 { for i in s.indices { s[i] /= scale } }
    }
    apply(q: a, tau: tau, transposed: false, to: u)
    return failed
  }

  /// Multiplies a block by a power of two if squares of its elements could overflow or vanish; returns the factor.
  private func scaleForSquares(_ a: Block<Element>) -> Element {
    let largest = a.largestMagnitude
    let bound = Element.greatestFiniteMagnitude.squareRoot() * Element.ulpOfOne
    if largest == 0 || (largest < bound && largest > 1 / bound) { return 1 }
    let factor = Element(sign: .plus, exponent: -largest.exponent, significand: 1)
    // The exponent of a subnormal number can be too low for one power of two.
    let safe = factor.isFinite ? factor : Element.greatestFiniteMagnitude.binade
    for j in 0..<a.columns {
      for i in 0..<a.rows { a[i, j] *= safe }
    }
    return safe
  }

  /// Computes the singular values, unsorted, and rotates the columns of `left` and `right` to the vectors.
  private func diagonalise(
    _ triangle: Bidiagonal<Element>, _ left: Block<Element>, _ right: Block<Element>,
    _ s: inout [Element]
  ) -> Int {
    var steps = BidiagonalSteps(triangle)
    while steps.advance() {
      if steps.left.isFull { steps.left.apply(to: left, kernels) }
      if steps.right.isFull { steps.right.apply(to: right, kernels) }
    }
    steps.left.apply(to: left, kernels)
    steps.right.apply(to: right, kernels)
    s = steps.d
    for j in s.indices where s[j] < 0 {
      s[j] = -s[j]
      for i in 0..<right.rows { right[i, j] = -right[i, j] }
    }
    return steps.unconverged
  }

  private func sort(
    _ s: inout [Element], _ left: Block<Element>, _ right: Block<Element>, _ u: Block<Element>,
    _ v: Block<Element>
  ) {
    let n = left.rows, old = s
    let order = old.indices.sorted { old[$0] > old[$1] }
    for (to, from) in order.enumerated() {
      s[to] = old[from]
      u.column(to).update(from: left.column(from), count: n)
      v.column(to).update(from: right.column(from), count: n)
    }
  }
}
