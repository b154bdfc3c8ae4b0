// Part of Apus, Apache-2.0. See LICENSE.

// Safety: Vectors are parts of the block or arrays of this call. The caller must pass a square block and keep
// it alive.

extension Native {
  /// Computes ascending eigenvalues, and eigenvectors in place, from the lower triangle of a symmetric
  /// matrix.
  ///
  /// Householder reflections reduce it to a tridiagonal matrix, panel by panel (Dongarra, Sorensen and Hammarling 1989),
  /// followed by implicit QL steps (Golub and Van Loan, 8.3), whose rotations are applied many at a time.
  /// - Returns: 0, or the number of eigenvalues that did not converge.
  func symmetricEigen(_ a: Block<Element>, values: inout [Element]) -> Int {
    let n = a.rows
    var beside = [Element](repeating: 0, count: n)
    values = Array(repeating: 0, count: n)
    var failed = 0
    Block<Element>.withTemporary(rows: n, columns: n) { q in
      let tau = tridiagonalise(a, diagonal: &values, beside: &beside)
      formProduct(of: a, tau, offset: 1, q)
      failed = quietTridiagonal(&values, &beside, vectors: q)
      if failed == 0 { sortAscending(&values, vectors: q, to: a) }
    }
    return failed
  }

  /// Reduces A to the tridiagonal Qᵀ A Q; the reflectors of Q overwrite what is below the diagonal.
  ///
  /// - Returns: the scalar factors of the reflectors; the k-th begins in row k + 1.
  private func tridiagonalise(
    _ a: Block<Element>, diagonal: inout [Element], beside: inout [Element]
  ) -> [Element] {
    let n = a.rows, steps = max(n - 2, 0)
    var tau = [Element](repeating: 0, count: steps)
    Block<Element>.withTemporary(rows: n, columns: Self.panelWidth) { w in
      for start in stride(from: 0, to: steps, by: Self.panelWidth) {
        let end = min(start + Self.panelWidth, steps)
        reducePanel(a, start..<end, w, &tau, &diagonal, &beside)
        let rows = end..<n
        let (v, w) = (a.part(rows, start..<end), w.part(rows, 0..<end - start))
        let rest = a.part(rows, rows)
        product(-1, v, w.transposed, 1, rest, isLower: true)
        product(-1, w, v.transposed, 1, rest, isLower: true)
      }
    }
    for i in steps..<n { diagonal[i] = a[i, i] }
    if n > 1 { beside[n - 2] = a[n - 1, n - 2] }
    return tau
  }

  /// Reduces some columns; the rest of A is left as it was, so that it lacks A - V Wᵀ - W Vᵀ.
  private func reducePanel(
    _ a: Block<Element>, _ panel: Range<Int>, _ w: Block<Element>, _ tau: inout [Element],
    _ diagonal: inout [Element], _ beside: inout [Element]
  ) {
    let n = a.rows
    for k in panel {
      let known = panel.lowerBound..<k, count = known.count
      let (v, old) = (a.part(k..<n, known), w.part(k..<n, 0..<count))
      let column = a.part(k..<n, k..<k + 1)
      if count > 0 {
        serialProduct(-1, v, old.part(0..<1, 0..<count).transposed, 1, column, below: nil)
        serialProduct(-1, old, v.part(0..<1, 0..<count).transposed, 1, column, below: nil)
      }
      diagonal[k] = a[k, k]
      let vector = a.column(k) + k + 1
      tau[k] = Vectors.makeReflector(vector, count: n - k - 1)
      beside[k] = vector[0]
      vector[0] = 1
      formUpdate(a, k, known, w, tau[k])
    }
  }

  /// Writes w = tau (B v - (tau/2)(vᵀ B v) v) for the reflector of column k, with B = A - V Wᵀ - W Vᵀ.
  private func formUpdate(
    _ a: Block<Element>, _ k: Int, _ known: Range<Int>, _ w: Block<Element>, _ tau: Element
  ) {
    let n = a.rows, rows = k + 1..<n, count = known.count
    let v = a.column(k) + k + 1, to = w.column(count) + k + 1
    kernels.symmetricTimes(a.part(rows, rows), v, to)
    if count > 0 {
      let (vectors, old) = (a.part(rows, known), w.part(rows, 0..<count))
      let target = w.part(rows, count..<count + 1)
      Block<Element>.withTemporary(rows: count, columns: 1) { inner in
        kernels.transposedTimes(old, v, inner.base)
        serialProduct(-1, vectors, inner, 1, target, below: nil)
        kernels.transposedTimes(vectors, v, inner.base)
        serialProduct(-1, old, inner, 1, target, below: nil)
      }
    }
    for i in 0..<rows.count { to[i] *= tau }
    let factor = -tau / 2 * Vectors.dot(to, v, count: rows.count)
    Vectors.add(factor, v, to: to, count: rows.count)
  }

  /// Diagonalises by implicit QL steps with Wilkinson's shift; `e[i]` couples i and i + 1.
  private func quietTridiagonal(
    _ d: inout [Element], _ e: inout [Element], vectors: Block<Element>
  ) -> Int {
    let n = d.count
    var rotations = RotationBatch<Element>(columns: n)
    for first in 0..<n {
      var steps = 0
      while true {
        var last = first
        while last < n - 1 {
          let scale = d[last].magnitude + d[last + 1].magnitude
          // Below the second bound rotations would lose their digits.
          let bound = max(
            Element.ulpOfOne / 2 * scale, Element.leastNormalMagnitude / Element.ulpOfOne)
          if e[last].magnitude <= bound { break }
          last += 1
        }
        if last == first { break }
        steps += 1
        if steps > 60 { return n - first }
        qlStep(&d, &e, first, last, &rotations)
        if rotations.isFull { rotations.apply(to: vectors, kernels) }
      }
    }
    rotations.apply(to: vectors, kernels)
    return 0
  }

  private func qlStep(
    _ d: inout [Element], _ e: inout [Element], _ first: Int, _ last: Int,
    _ rotations: inout RotationBatch<Element>
  ) {
    rotations.begin(last: last)
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
      rotations.append(cosine: c, sine: -s)
    }
    d[first] -= p
    e[first] = g
    e[last] = 0
  }

  private func sortAscending(
    _ values: inout [Element], vectors: Block<Element>, to sorted: Block<Element>
  ) {
    let order = values.indices.sorted { values[$0] < values[$1] }
    let old = values
    for (to, from) in order.enumerated() {
      values[to] = old[from]
      sorted.column(to).update(from: vectors.column(from), count: vectors.rows)
    }
  }
}
