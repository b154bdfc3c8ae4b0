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
    let first = (
      h00 * h00 + a[low, low + 1] * h10 - sum * h00 + determinant,
      h10 * (h00 + a[low + 1, low + 1] - sum), h10 * a[low + 2, low + 1]
    )
    withUnsafeTemporaryAllocation(of: Element.self, capacity: 3) { buffer in
      guard let v = buffer.baseAddress else { return }
      for k in low..<high {
        let width = min(3, high + 1 - k)
        if k == low {
          (v[0], v[1], v[2]) = first
        } else {
          for i in 0..<width { v[i] = a[k + i, k - 1] }
        }
        reflect(a, q, low, high, at: k, v, width)
      }
    }
  }

  /// Moves the bulge of a step down by one row.
  private func reflect(
    _ a: Block<Element>, _ q: Block<Element>, _ low: Int, _ high: Int, at k: Int,
    _ v: UnsafeMutablePointer<Element>, _ width: Int
  ) {
    let tau = Vectors.makeReflector(v, count: width)
    if tau == 0 { return }
    let beta = v[0], part = k..<k + width
    v[0] = 1
    if k > low {
      a[k, k - 1] = beta
      for i in part.dropFirst() { a[i, k - 1] = 0 }
    }
    kernels.reflectRows(a.part(part, k..<a.columns), v, tau)
    kernels.reflectColumns(a.part(0..<min(k + 4, high + 1), part), v, tau)
    kernels.reflectColumns(q.part(0..<q.rows, part), v, tau)
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
