// Part of Apus, Apache-2.0. See LICENSE.

// Safety: Temporary blocks are those of this call. The caller must pass blocks of matching shapes and keep them alive.

/// The product of Householder reflectors, I - V T Vᵀ (Schreiber and Van Loan 1989), so that products do the work.
extension Native {
  /// The number of reflectors that are applied together.
  static var panelWidth: Int { 32 }

  /// Replaces C by H C or Hᵀ C, with H = H₀ H₁ … and Hₖ = I - tauₖ vₖ vₖᵀ.
  ///
  /// - Parameter reflectors: as many rows as C; column k has vₖ below its diagonal, where vₖ is 1; the rest is not read.
  func applyReflectors(
    _ reflectors: Block<Element>, _ tau: ArraySlice<Element>, transposed: Bool, to c: Block<Element>
  ) {
    let (rows, count) = (reflectors.rows, reflectors.columns)
    if count == 0 || c.columns == 0 { return }
    Block<Element>.withTemporary(rows: rows, columns: count) { v in
      for k in 0..<count {
        for i in 0..<k { v[i, k] = 0 }
        v[k, k] = 1
        for i in k + 1..<max(rows, k + 1) { v[i, k] = reflectors[i, k] }
      }
      Block<Element>.withTemporary(rows: count, columns: count) { t in
        formTriangle(t, v, Array(tau))
        let triangle = transposed ? t.transposed : t
        Block<Element>.withTemporary(rows: count, columns: c.columns) { inner in
          product(1, v.transposed, c, 0, inner)
          Block<Element>.withTemporary(rows: count, columns: c.columns) { outer in
            product(1, triangle, inner, 0, outer)
            product(-1, v, outer, 1, c)
          }
        }
      }
    }
  }

  /// Computes the upper triangle T with H₀ H₁ … = I - V T Vᵀ.
  private func formTriangle(_ t: Block<Element>, _ v: Block<Element>, _ tau: [Element]) {
    let count = tau.count
    t.fill(0)
    Block<Element>.withTemporary(rows: count, columns: count) { gram in
      product(1, v.transposed, v, 0, gram)
      for k in 0..<count {
        t[k, k] = tau[k]
        for i in 0..<k {
          var sum: Element = 0
          for j in i..<k { sum += t[i, j] * gram[j, k] }
          t[i, k] = -tau[k] * sum
        }
      }
    }
  }

  /// Overwrites Q with the product of reflectors whose column k begins in row k + `offset`.
  ///
  /// - Parameter reflectors: as many rows as Q, which is square.
  func formProduct(
    of reflectors: Block<Element>, _ tau: [Element], offset: Int, _ q: Block<Element>
  ) {
    let n = q.rows
    q.setIdentity()
    let width = Self.panelWidth
    for start in stride(from: 0, to: tau.count, by: width).reversed() {
      let end = min(start + width, tau.count)
      // Columns before those of the panel are still those of the identity.
      applyReflectors(
        reflectors.part(start + offset..<n, start..<end), tau[start..<end], transposed: false,
        to: q.part(start + offset..<n, start + offset..<n))
    }
  }
}
