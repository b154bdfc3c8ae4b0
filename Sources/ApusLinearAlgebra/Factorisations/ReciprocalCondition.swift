// Part of Apus, Apache-2.0. See LICENSE.

extension Matrix {
  /// An estimate of 1 / (|A| |A⁻¹|) in the 1-norm, for a square A: 1 at best, 0 if A is singular.
  ///
  /// Below `Element.ulpOfOne` a solution of A x = b may have no correct digit. The true value is never larger
  /// than the estimate, and seldom less than a third of it.
  ///
  /// ```swift
  /// if try a.reciprocalCondition() < .ulpOfOne { print("nearly singular") }
  /// ```
  /// - Complexity: O(n³) for the LU factors, O(n²) for the estimate.
  /// - Throws: ``LinearAlgebraError/notSquare(rows:columns:)``,
  ///   ``LinearAlgebraError/nonFinite(row:column:)``.
  /// - Compatibility: uses the method of LAPACK's `dgecon` (Higham, ACM TOMS 14, 1988).
  public func reciprocalCondition() throws(LinearAlgebraError) -> Element {
    try requireSquare()
    if rows == 0 { return 1 }
    let (scaled, _) = try scaledCopy()
    let factors = try scaled.lu()
    if factors.isSingular { return 0 }
    return InverseNorm(
      order: rows, solved: { factors.solved($0) },
      solvedTransposed: { factors.solvedTransposed($0) }
    ).reciprocalCondition(norm: scaled.norm(.one))
  }
}

/// Estimates the 1-norm of an inverse by solving systems with the matrix and with its transpose.
struct InverseNorm<Element: MatrixScalar> {
  let order: Int
  let solved: ([Element]) -> [Element]
  let solvedTransposed: ([Element]) -> [Element]

  /// 1 / (norm |A⁻¹|), or 0 if the product overflows.
  func reciprocalCondition(norm: Element) -> Element {
    let product = norm * estimate()
    return product.isFinite && product > 0 ? min(1, 1 / product) : 0
  }

  /// The estimate, which is at most the norm of the inverse.
  func estimate() -> Element {
    let n = order
    var y = solved([Element](repeating: 1 / Element(n), count: n))
    var estimate = sum(y)
    if n == 1 { return estimate }
    var signs = signs(y)
    var x = solvedTransposed(signs)
    for _ in 0..<4 {
      let position = largest(x)
      y = [Element](repeating: 0, count: n)
      y[position] = 1
      y = solved(y)
      let now = sum(y), nowSigns = self.signs(y)
      if now <= estimate { break }
      estimate = now
      if nowSigns == signs { break }
      signs = nowSigns
      x = solvedTransposed(signs)
      if largest(x) == position { break }
    }
    // One more vector, for matrices that mislead the iteration above.
    let other = (0..<n).map { i -> Element in
      let size = 1 + Element(i) / Element(n - 1)
      return i % 2 == 0 ? size : -size
    }
    let last = 2 * sum(solved(other)) / Element(3 * n)
    return last.isNaN || estimate.isNaN ? .infinity : max(estimate, last)
  }

  private func sum(_ x: [Element]) -> Element { x.reduce(0) { $0 + $1.magnitude } }

  private func signs(_ x: [Element]) -> [Element] { x.map { $0 < 0 ? -1 : 1 } }

  private func largest(_ x: [Element]) -> Int {
    x.indices.max { x[$0].magnitude < x[$1].magnitude } ?? 0
  }
}

extension QR {
  /// An estimate of 1 / (|R| |R⁻¹|) in the 1-norm, for at least as many rows as columns.
  var reciprocalCondition: Element {
    let n = factors.columns
    if (0..<n).contains(where: { factors[$0, $0] == 0 }) { return 0 }
    return InverseNorm(
      order: n, solved: { solved(.upper, $0, transposed: false) },
      solvedTransposed: { solved(.lower, $0, transposed: true) }
    ).reciprocalCondition(norm: r.norm(.one))
  }

  private func solved(_ triangle: Triangle, _ right: [Element], transposed: Bool) -> [Element] {
    let n = factors.columns
    var x = Matrix(column: right)
    let routines = Element.routines(of: .current)
    x.withUniqueBlock { x in
      let r = factors.block.part(0..<n, 0..<n)
      routines.solve(triangle, transposed ? r.transposed : r, x)
    }
    return x.elements
  }
}

extension LU {
  /// A⁻¹ b, which overflows if A is nearly singular.
  fileprivate func solved(_ right: [Element]) -> [Element] {
    var x = Matrix(column: right)
    let routines = Element.routines(of: .current)
    x.withUniqueBlock { x in
      for (step, pivot) in pivots.enumerated() where step != pivot {
        (x[step, 0], x[pivot, 0]) = (x[pivot, 0], x[step, 0])
      }
      routines.solve(.unitLower, factors.block, x)
      routines.solve(.upper, factors.block, x)
    }
    return x.elements
  }

  /// A⁻ᵀ b.
  fileprivate func solvedTransposed(_ right: [Element]) -> [Element] {
    var x = Matrix(column: right)
    let routines = Element.routines(of: .current)
    x.withUniqueBlock { x in
      routines.solve(.lower, factors.block.transposed, x)
      routines.solve(Triangle(isLower: false, isUnit: true), factors.block.transposed, x)
      for (step, pivot) in pivots.enumerated().reversed() where step != pivot {
        (x[step, 0], x[pivot, 0]) = (x[pivot, 0], x[step, 0])
      }
    }
    return x.elements
  }
}
