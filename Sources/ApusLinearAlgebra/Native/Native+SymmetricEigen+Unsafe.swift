// Part of Apus, Apache-2.0. See LICENSE.

// Safety: Vectors are parts of the block or arrays of this call. The caller must pass a square block and keep
// it alive.

extension Native {
  /// Computes ascending eigenvalues, and eigenvectors in place, from the lower triangle of a symmetric
  /// matrix.
  ///
  /// Householder reflections reduce it to a tridiagonal matrix, followed by implicit QL steps (Golub and Van
  /// Loan, 8.3).
  /// - Returns: 0, or the number of eigenvalues that did not converge.
  func symmetricEigen(_ a: Block<Element>, values: inout [Element]) -> Int {
    let n = a.rows
    for j in 0..<n {
      for i in j + 1..<max(n, j + 1) { a[j, i] = a[i, j] }
    }
    var beside = [Element](repeating: 0, count: n)
    values = Array(repeating: 0, count: n)
    tridiagonalise(a, diagonal: &values, beside: &beside)
    let failed = quietTridiagonal(&values, &beside, vectors: a)
    if failed == 0 { sortAscending(&values, vectors: a) }
    return failed
  }

  /// Reduces A to the tridiagonal Qᵀ A Q; Q overwrites A.
  private func tridiagonalise(
    _ a: Block<Element>, diagonal: inout [Element], beside: inout [Element]
  ) {
    let n = a.rows
    var tau = [Element](repeating: 0, count: n)
    var product = [Element](repeating: 0, count: n)
    product.withUnsafeMutableBufferPointer { buffer in
      guard let p = buffer.baseAddress else { return }
      for k in 0..<max(n - 2, 0) {
        let v = a.column(k) + k + 1, count = n - k - 1
        tau[k] = Vectors.makeReflector(v, count: count)
        beside[k] = v[0]
        if tau[k] == 0 { continue }
        v[0] = 1
        reflectBothSides(a.part(k + 1..<n, k + 1..<n), v, tau[k], p)
      }
    }
    for i in 0..<n { diagonal[i] = a[i, i] }
    if n > 1 { beside[n - 2] = a[n - 1, n - 2] }
    formTridiagonalBasis(a, tau)
  }

  /// Replaces B by H B H for H = I - tau v vᵀ: B - v wᵀ - w vᵀ with w = tau (B v - (tau/2)(vᵀ B v) v).
  private func reflectBothSides(
    _ b: Block<Element>, _ v: UnsafeMutablePointer<Element>, _ tau: Element,
    _ w: UnsafeMutablePointer<Element>
  ) {
    let n = b.rows
    for j in 0..<n { w[j] = tau * Vectors.dot(b.column(j), v, count: n) }
    let factor = -tau / 2 * Vectors.dot(w, v, count: n)
    Vectors.add(factor, v, to: w, count: n)
    for j in 0..<n {
      let column = b.column(j), (x, y) = (w[j], v[j])
      for i in 0..<n { column[i] -= v[i] * x + w[i] * y }
    }
  }

  /// Overwrites A with the product of the reflectors, whose vectors lie below its diagonal.
  private func formTridiagonalBasis(_ a: Block<Element>, _ tau: [Element]) {
    let n = a.rows
    Block<Element>.withTemporary(rows: n, columns: n) { q in
      q.setIdentity()
      for k in (0..<max(n - 2, 0)).reversed() where tau[k] != 0 {
        let v = a.column(k) + k + 1, count = n - k - 1
        for j in k + 1..<n {
          let column = q.column(j) + k + 1
          let sum = tau[k] * Vectors.dot(v, column, count: count)
          Vectors.add(-sum, v, to: column, count: count)
        }
      }
      a.fill(from: q)
    }
  }

  /// Diagonalises by implicit QL steps with Wilkinson's shift; `e[i]` couples i and i + 1.
  private func quietTridiagonal(
    _ d: inout [Element], _ e: inout [Element], vectors: Block<Element>
  ) -> Int {
    let n = d.count
    for first in 0..<n {
      var steps = 0
      while true {
        var last = first
        while last < n - 1 {
          let scale = d[last].magnitude + d[last + 1].magnitude
          if e[last].magnitude <= Element.ulpOfOne / 2 * scale { break }
          last += 1
        }
        if last == first { break }
        steps += 1
        if steps > 60 { return n - first }
        qlStep(&d, &e, first, last, vectors)
      }
    }
    return 0
  }

  private func qlStep(
    _ d: inout [Element], _ e: inout [Element], _ first: Int, _ last: Int,
    _ vectors: Block<Element>
  ) {
    var g = (d[first + 1] - d[first]) / (2 * e[first])
    let root = (g * g + 1).squareRoot()
    g = d[last] - d[first] + e[first] / (g + (g >= 0 ? root : -root))
    var (s, c, p) = (Element(1), Element(1), Element(0))
    for i in (first..<last).reversed() {
      let f = s * e[i], b = c * e[i]
      let larger = max(f.magnitude, g.magnitude), smaller = min(f.magnitude, g.magnitude)
      if larger == 0 {
        e[i + 1] = 0
        d[i + 1] -= p
        e[last] = 0
        return
      }
      let r = larger * (1 + (smaller / larger) * (smaller / larger)).squareRoot()
      e[i + 1] = r
      (s, c) = (f / r, g / r)
      g = d[i + 1] - p
      let t = (d[i] - g) * s + 2 * c * b
      p = s * t
      d[i + 1] = g + p
      g = c * t - b
      Vectors.rotate(
        vectors.column(i), vectors.column(i + 1), cosine: c, sine: s, count: vectors.rows)
    }
    d[first] -= p
    e[first] = g
    e[last] = 0
  }

  private func sortAscending(_ values: inout [Element], vectors: Block<Element>) {
    let order = values.indices.sorted { values[$0] < values[$1] }
    let old = values
    Block<Element>.withTemporary(rows: vectors.rows, columns: vectors.columns) { sorted in
      for (to, from) in order.enumerated() {
        values[to] = old[from]
        sorted.column(to).update(from: vectors.column(from), count: vectors.rows)
      }
      vectors.fill(from: sorted)
    }
  }
}
