// Part of Apus, Apache-2.0. See LICENSE.

extension Matrix {
  /// An estimate of 1 / (|A| |A⁻¹|) in the 1-norm, for a square A: 1 at best, 0 if A is singular.
  ///
  /// Below `Element.ulpOfOne` a solution of A x = b may have no correct digit. The true value is never larger,
  /// and seldom less than a third of it.
  ///
  /// ```swift
  /// if try a.reciprocalCondition() < .ulpOfOne { print("nearly singular") }
  /// ```
  /// - Complexity: O(n³) for the LU factors, O(n²) for the estimate.
  /// - Throws: ``LinearAlgebraError/notSquare(rows:columns:)``,
  ///   ``LinearAlgebraError/nonFinite(row:column:)``.
  /// - Compatibility: LAPACK's `dgecon`, whose method it is (Higham, ACM TOMS 14, 1988).
  public func reciprocalCondition() throws(LinearAlgebraError) -> Element {
    try requireSquare()
    if rows == 0 { return 1 }
    let factors = try lu()
    if factors.isSingular { return 0 }
    let product = norm(.one) * factors.inverseNorm()
    return product.isFinite && product > 0 ? min(1, 1 / product) : 0
  }
}

extension LU {
  /// An estimate of the 1-norm of A⁻¹, never above it.
  func inverseNorm() -> Element {
    let n = factors.rows
    var y = solved([Element](repeating: 1 / Element(n), count: n))
    var estimate = Self.sum(y)
    if n == 1 { return estimate }
    var signs = Self.signs(y)
    var x = solvedTransposed(signs)
    for _ in 0..<4 {
      let place = Self.largest(x)
      y = [Element](repeating: 0, count: n)
      y[place] = 1
      y = solved(y)
      let now = Self.sum(y), nowSigns = Self.signs(y)
      if now <= estimate { break }
      estimate = now
      if nowSigns == signs { break }
      signs = nowSigns
      x = solvedTransposed(signs)
      if Self.largest(x) == place { break }
    }
    // A vector that few matrices deceive besides.
    let other = (0..<n).map { i -> Element in
      let size = 1 + Element(i) / Element(n - 1)
      return i % 2 == 0 ? size : -size
    }
    return max(estimate, 2 * Self.sum(solved(other)) / Element(3 * n))
  }

  private static func sum(_ x: [Element]) -> Element { x.reduce(0) { $0 + $1.magnitude } }

  private static func signs(_ x: [Element]) -> [Element] { x.map { $0 < 0 ? -1 : 1 } }

  private static func largest(_ x: [Element]) -> Int {
    x.indices.max { x[$0].magnitude < x[$1].magnitude } ?? 0
  }

  /// A⁻¹ b, which overflows if A is nearly singular.
  private func solved(_ right: [Element]) -> [Element] {
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
  private func solvedTransposed(_ right: [Element]) -> [Element] {
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
