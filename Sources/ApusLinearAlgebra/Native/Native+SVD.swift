// Part of Apus, Apache-2.0. See LICENSE.

extension Native {
  /// Computes A = U diag(s) Vᵀ for a block with at least as many rows as columns, which it overwrites; s is
  /// descending, U has the shape of A, V is square.
  ///
  /// Applies one-sided Jacobi rotations (Hestenes 1958) to the triangle of a QR factorisation, which is
  /// simple, and keeps the digits of small singular values of graded matrices (Demmel and Veselić 1992).
  /// - Returns: 0, or the number of pairs that did not converge.
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
      v.setIdentity()
      failed = orthogonalise(w, v)
      s = (0..<n).map { Vectors.length(w.column($0), count: n) }
      let order = s.indices.sorted { s[$0] > s[$1] }
      normalise(w, &s)
      sort(w, v, &s, order, u)
    }
    apply(q: a, tau: tau, transposed: false, to: u)
    return failed
  }

  /// Rotates pairs of columns until all are orthogonal, at most 60 times each.
  private func orthogonalise(_ w: Block<Element>, _ v: Block<Element>) -> Int {
    let n = w.columns
    let tolerance = Element.ulpOfOne * Element(max(n, 1)).squareRoot()
    var largest: Element = 0
    for j in 0..<n { largest = max(largest, Vectors.length(w.column(j), count: n)) }
    // Columns shorter than this are within rounding error of the longest, and are not rotated.
    let negligible = largest * Element.ulpOfOne / 1024
    var rotations = 1
    var sweeps = 0
    while rotations > 0 && sweeps < 60 {
      rotations = 0
      sweeps += 1
      for i in 0..<n {
        for j in i + 1..<max(n, i + 1) where rotate(w, v, i, j, tolerance, negligible) {
          rotations += 1
        }
      }
    }
    return rotations
  }

  private func rotate(
    _ w: Block<Element>, _ v: Block<Element>, _ i: Int, _ j: Int, _ tolerance: Element,
    _ negligible: Element
  ) -> Bool {
    let n = w.rows, x = w.column(i), y = w.column(j)
    let alpha = Vectors.dot(x, x, count: n), beta = Vectors.dot(y, y, count: n)
    let gamma = Vectors.dot(x, y, count: n)
    let lengths = alpha.squareRoot() * beta.squareRoot()
    if gamma.magnitude <= tolerance * lengths || alpha.squareRoot() <= negligible
      || beta.squareRoot() <= negligible
    {
      return false
    }
    let zeta = (beta - alpha) / (2 * gamma)
    let root = (1 + zeta * zeta).squareRoot()
    let t = zeta.isFinite ? (zeta >= 0 ? 1 : -1) / (zeta.magnitude + root) : 0
    if t == 0 { return false }
    let c = 1 / (1 + t * t).squareRoot()
    Vectors.rotate(x, y, cosine: c, sine: c * t, count: n)
    Vectors.rotate(v.column(i), v.column(j), cosine: c, sine: c * t, count: n)
    return true
  }

  /// Divides columns by their lengths; columns of negligible length are replaced by unit vectors that are
  /// orthogonal to all others, and keep their singular values.
  private func normalise(_ w: Block<Element>, _ s: inout [Element]) {
    let n = w.columns
    let negligible = (s.max() ?? 0) * Element.ulpOfOne / 1024
    let kept = (0..<n).filter { s[$0] > negligible }
    for j in kept {
      let column = w.column(j)
      for i in 0..<n { column[i] /= s[j] }
    }
    var known = kept
    var unit = 0
    for j in 0..<n where s[j] <= negligible {
      let column = w.column(j)
      while true {
        for i in 0..<n { column[i] = i == unit ? 1 : 0 }
        unit += 1
        for _ in 0..<2 {
          for k in known {
            Vectors.add(
              -Vectors.dot(column, w.column(k), count: n), w.column(k), to: column, count: n)
          }
        }
        let length = Vectors.length(column, count: n)
        // At least one of the remaining unit vectors is this far from the space of the others.
        if length * length * Element(2 * n) < 1 && unit < n { continue }
        for i in 0..<n { column[i] /= length }
        break
      }
      known.append(j)
    }
  }

  private func sort(
    _ w: Block<Element>, _ v: Block<Element>, _ s: inout [Element], _ order: [Int],
    _ u: Block<Element>
  ) {
    let n = w.columns, old = s
    Block<Element>.withTemporary(rows: n, columns: n) { sorted in
      for (to, from) in order.enumerated() {
        s[to] = old[from]
        u.column(to).update(from: w.column(from), count: n)
        sorted.column(to).update(from: v.column(from), count: n)
      }
      v.fill(from: sorted)
    }
  }
}
