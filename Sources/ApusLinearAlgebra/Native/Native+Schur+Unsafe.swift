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
    q.setIdentity()
    for k in 0..<max(n - 2, 0) {
      var v = (k + 1..<n).map { a[$0, k] }
      let tau = v.withUnsafeMutableBufferPointer {
        $0.baseAddress.map { Vectors.makeReflector($0, count: n - k - 1) } ?? 0
      }
      if tau == 0 { continue }
      v[0] = 1
      reflectSchur(v, tau, at: k + 1, a, q, columns: k..<n, rows: 0..<n)
      for i in k + 2..<max(n, k + 2) { a[i, k] = 0 }
    }
    var high = n - 1
    var steps = 0
    while high > 0 {
      let low = activeStart(a, high)
      if low == high {
        high -= 1
        steps = 0
      } else if low == high - 1 {
        splitPair(a, q, low)
        high -= 2
        steps = 0
      } else {
        steps += 1
        if steps > 60 { return high + 1 }
        francisStep(a, q, low, high, isExceptional: steps % 10 == 0)
      }
    }
    return 0
  }

  /// Applies H = I - tau v vᵀ, acting on coordinates from `at` on, from both sides.
  private func reflectSchur(
    _ v: [Element], _ tau: Element, at start: Int, _ a: Block<Element>, _ q: Block<Element>,
    columns: Range<Int>, rows: Range<Int>
  ) {
    for j in columns {
      var sum: Element = 0
      for (i, factor) in v.enumerated() { sum += factor * a[start + i, j] }
      for (i, factor) in v.enumerated() { a[start + i, j] -= tau * sum * factor }
    }
    for (block, range) in [(a, rows), (q, 0..<q.rows)] {
      for i in range {
        var sum: Element = 0
        for (j, factor) in v.enumerated() { sum += factor * block[i, start + j] }
        for (j, factor) in v.enumerated() { block[i, start + j] -= tau * sum * factor }
      }
    }
  }

  /// The first row of the last block that has not split yet; negligible subdiagonal elements become 0.
  private func activeStart(_ a: Block<Element>, _ high: Int) -> Int {
    var low = high
    while low > 0 {
      let beside = a[low - 1, low - 1].magnitude + a[low, low].magnitude
      if a[low, low - 1].magnitude <= Element.ulpOfOne / 2 * beside || a[low, low - 1] == 0 {
        a[low, low - 1] = 0
        return low
      }
      low -= 1
    }
    return low
  }

  private func francisStep(
    _ a: Block<Element>, _ q: Block<Element>, _ low: Int, _ high: Int, isExceptional: Bool
  ) {
    var sum = a[high - 1, high - 1] + a[high, high]
    var determinant =
      a[high - 1, high - 1] * a[high, high] - a[high - 1, high] * a[high, high - 1]
    if isExceptional {
      let size = a[high, high - 1].magnitude + a[high - 1, high - 2].magnitude
      sum = 1.5 * size
      determinant = size * size
    }
    let (h00, h10) = (a[low, low], a[low + 1, low])
    var v = [
      h00 * h00 + a[low, low + 1] * h10 - sum * h00 + determinant,
      h10 * (h00 + a[low + 1, low + 1] - sum), h10 * a[low + 2, low + 1],
    ]
    for k in low..<high {
      if k > low { v = (k..<min(k + 3, high + 1)).map { a[$0, k - 1] } }
      if k == high - 1 { v = Array(v.prefix(2)) }
      let tau = v.withUnsafeMutableBufferPointer { v in
        v.baseAddress.map { Vectors.makeReflector($0, count: v.count) } ?? 0
      }
      if tau != 0 {
        v[0] = 1
        reflectSchur(
          v, tau, at: k, a, q, columns: max(k - 1, low)..<a.columns, rows: 0..<min(k + 4, high + 1))
      }
      if k > low {
        for i in k + 1..<min(k + 3, high + 1) { a[i, k - 1] = 0 }
      }
    }
  }

  /// Makes a block of order 2 triangular by a rotation, if its eigenvalues are real.
  private func splitPair(_ a: Block<Element>, _ q: Block<Element>, _ k: Int) {
    // Divided by the largest, so that no square underflows or overflows.
    let difference = a[k, k] / 2 - a[k + 1, k + 1] / 2
    let largest = max(difference.magnitude, a[k, k + 1].magnitude, a[k + 1, k].magnitude)
    if largest == 0 { return }
    let half = difference / largest
    let below = a[k + 1, k] / largest
    let discriminant = half * half + a[k, k + 1] / largest * below
    if discriminant < 0 { return }
    let root = discriminant.squareRoot()
    // With the same scaling, (z, a10) is an eigenvector for the eigenvalue a11 + z.
    let z = half >= 0 ? half + root : half - root
    let size = max(z.magnitude, below.magnitude)
    if size == 0 { return }
    let (x, y) = (z / size, below / size)
    let length = (x * x + y * y).squareRoot()
    let (c, s) = (x / length, y / length)
    for j in k..<a.columns {
      let (p, r) = (a[k, j], a[k + 1, j])
      a[k, j] = c * p + s * r
      a[k + 1, j] = c * r - s * p
    }
    for (block, rows) in [(a, k + 2), (q, q.rows)] {
      for i in 0..<rows {
        let (p, r) = (block[i, k], block[i, k + 1])
        block[i, k] = c * p + s * r
        block[i, k + 1] = c * r - s * p
      }
    }
    a[k + 1, k] = 0
  }
}
