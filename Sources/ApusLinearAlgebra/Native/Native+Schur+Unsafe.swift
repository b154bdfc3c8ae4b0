// Part of Apus, Apache-2.0. See LICENSE.

// Safety: Vectors are arrays of this call. The caller must pass square blocks of one order and keep them
// alive.

extension Native {
  /// Computes the real Schur form T = Qᵀ A Q in place, and writes Q to `q`.
  ///
  /// T is upper triangular except for blocks of order 2 with complex eigenvalues.
  ///
  /// The matrix is reduced to Hessenberg form, then by Francis steps with double shifts (Golub and Van Loan,
  /// 7.4 and 7.5).
  /// - Returns: 0, or the number of eigenvalues that did not converge.
  func schur(_ a: Block<Element>, q: Block<Element>) -> Int {
    let n = a.rows
    let tau = makeHessenberg(a)
    formProduct(of: a, tau, offset: 1, q)
    for k in 0..<max(n - 2, 0) {
      for i in k + 2..<n { a[i, k] = 0 }
    }
    var high = n - 1
    var steps = 0
    var stepsLeft = 30 * max(10, n)
    var waiting = ReflectorBatch<Element>(columns: n)
    while high > 0 {
      let low = activeStart(a, high)
      if low < high - 1 {
        steps += 1
        stepsLeft -= 1
        if stepsLeft == 0 { return high + 1 }
        francisStep(a, low, high, Shifts(a, low, high, step: steps), &waiting)
        if waiting.isFull { waiting.apply(to: q, kernels) }
        continue
      }
      if low == high - 1, let split = splittingReflector(a, low) {
        kernels.apply(split, to: a, at: low, columns: low..<n, rows: 0..<high + 1)
        a[high, low] = 0
        waiting.begin(at: low)
        waiting.end(with: split)
      }
      high = low - 1
      steps = 0
    }
    waiting.apply(to: q, kernels)
    return 0
  }

  /// The first row of the last block that has not split yet; negligible subdiagonal elements become 0.
  ///
  /// An element is negligible if it is small beside its neighbours on the diagonal and if leaving it out changes the
  /// eigenvalues of the block of order 2 around it by a rounding error (Ahues and Tisseur 1997).
  private func activeStart(_ a: Block<Element>, _ high: Int) -> Int {
    let smallest = Element.leastNormalMagnitude * (Element(a.rows) / Element.ulpOfOne)
    for k in (1...high).reversed() {
      let below = a[k, k - 1].magnitude
      if below <= smallest || isNegligible(a, k, below, smallest) {
        a[k, k - 1] = 0
        return k
      }
    }
    return 0
  }

  private func isNegligible(
    _ a: Block<Element>, _ k: Int, _ below: Element, _ smallest: Element
  ) -> Bool {
    let (first, second) = (a[k - 1, k - 1], a[k, k])
    var beside = first.magnitude + second.magnitude
    if beside == 0 {
      if k >= 2 { beside += a[k - 1, k - 2].magnitude }
      if k + 1 < a.rows { beside += a[k + 1, k].magnitude }
    }
    guard below <= Element.ulpOfOne * beside else { return false }
    let above = a[k - 1, k].magnitude
    let (larger, smaller) = (max(below, above), min(below, above))
    let difference = (first - second).magnitude
    let (far, near) = (max(second.magnitude, difference), min(second.magnitude, difference))
    let size = far + larger
    return smaller * (larger / size) <= max(smallest, Element.ulpOfOne * (near * (far / size)))
  }

  /// The reflection that makes a block of order 2 triangular; nil if its eigenvalues are complex.
  private func splittingReflector(_ a: Block<Element>, _ k: Int) -> Reflector<Element>? {
    // Divided by the largest, so that no square underflows or overflows.
    let difference = a[k, k] / 2 - a[k + 1, k + 1] / 2
    let largest = max(difference.magnitude, a[k, k + 1].magnitude, a[k + 1, k].magnitude)
    if largest == 0 { return nil }
    let half = difference / largest
    let below = a[k + 1, k] / largest
    let discriminant = half * half + a[k, k + 1] / largest * below
    if discriminant < 0 { return nil }
    let root = discriminant.squareRoot()
    // With the same scaling, (z, a10) is an eigenvector for the eigenvalue a11 + z.
    let z = half >= 0 ? half + root : half - root
    let size = max(z.magnitude, below.magnitude)
    if size == 0 { return nil }
    return Reflector(firstColumn: z / size, below / size)
  }
}
