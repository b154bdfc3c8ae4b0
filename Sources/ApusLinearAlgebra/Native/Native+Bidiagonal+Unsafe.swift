// Part of Apus, Apache-2.0. See LICENSE.

// Safety: Vectors are parts of the blocks of this call. The caller must pass a square block and keep it alive.

/// A square matrix in upper bidiagonal form, and the orthogonal matrices that lead back.
struct Bidiagonal<Element: BlockScalar> {
  var diagonal: [Element]
  /// `above[i]` is beside elements i and i + 1 of the diagonal.
  var above: [Element]
  /// The scalar factors of the reflectors from the left, and from the right.
  var left: [Element]
  var right: [Element]

  init(order n: Int) {
    diagonal = Array(repeating: 0, count: n)
    above = Array(repeating: 0, count: max(n - 1, 0))
    left = Array(repeating: 0, count: n)
    right = Array(repeating: 0, count: max(n - 1, 0))
  }
}

extension Native {
  /// Reduces a square A to the bidiagonal Uᵀ A V, panel by panel (Dongarra, Sorensen and Hammarling 1989).
  ///
  /// - Parameters:
  ///   - a: overwritten; column k keeps the k-th reflector of U from row k on.
  ///   - rows: as large as A; column k gets the k-th reflector of V from row k + 1 on.
  func bidiagonalise(_ a: Block<Element>, rows: Block<Element>) -> Bidiagonal<Element> {
    let n = a.rows, width = Self.panelWidth
    var result = Bidiagonal<Element>(order: n)
    Block<Element>.withTemporary(rows: n, columns: 2 * width) { work in
      let (x, y) = (work.part(0..<n, 0..<width), work.part(0..<n, width..<2 * width))
      for start in stride(from: 0, to: n, by: width) {
        let end = min(start + width, n)
        for k in start..<end {
          reduceColumn(a, k, start..<k, rows, x, y, &result)
          if k + 1 < n { reduceRow(a, k, start..<k, rows, x, y, &result) }
        }
        let rest = a.part(end..<n, end..<n), count = end - start
        if rest.rows == 0 { continue }
        product(
          -1, a.part(end..<n, start..<end), y.part(end..<n, 0..<count).transposed, 1, rest)
        product(
          -1, x.part(end..<n, 0..<count), rows.part(end..<n, start..<end).transposed, 1, rest)
      }
    }
    return result
  }

  /// Finishes column k, which lacks - V Yᵀ - X Uᵀ of the panel's earlier columns, and computes column k of Y.
  private func reduceColumn(
    _ a: Block<Element>, _ k: Int, _ known: Range<Int>, _ rows: Block<Element>, _ x: Block<Element>,
    _ y: Block<Element>, _ result: inout Bidiagonal<Element>
  ) {
    let n = a.rows, count = known.count, old = 0..<count
    let below = k..<n, right = k + 1..<n
    let column = a.part(below, k..<k + 1)
    subtract(a.part(below, known), y.part(k..<k + 1, old).transposed, from: column)
    subtract(x.part(below, old), rows.part(k..<k + 1, known).transposed, from: column)
    let v = column.base
    result.left[k] = Vectors.makeReflector(v, count: n - k)
    result.diagonal[k] = v[0]
    v[0] = 1
    if right.isEmpty { return }
    let target = y.part(right, count..<count + 1)
    kernels.transposedTimes(a.part(below, right), v, target.base)
    Block<Element>.withTemporary(rows: count, columns: 1) { inner in
      kernels.transposedTimes(a.part(below, known), v, inner.base)
      subtract(y.part(right, old), inner, from: target)
      kernels.transposedTimes(x.part(below, old), v, inner.base)
      subtract(rows.part(right, known), inner, from: target)
    }
    for i in 0..<right.count { target.base[i] *= result.left[k] }
  }

  /// Finishes row k and computes column k of X.
  private func reduceRow(
    _ a: Block<Element>, _ k: Int, _ known: Range<Int>, _ rows: Block<Element>, _ x: Block<Element>,
    _ y: Block<Element>, _ result: inout Bidiagonal<Element>
  ) {
    let n = a.rows, count = known.count
    let right = k + 1..<n, through = known.lowerBound..<k + 1, all = 0..<count + 1
    let row = rows.part(right, k..<k + 1)
    for i in right { rows[i, k] = a[k, i] }
    subtract(y.part(right, all), a.part(k..<k + 1, through).transposed, from: row)
    subtract(rows.part(right, known), x.part(k..<k + 1, 0..<count).transposed, from: row)
    let u = row.base
    result.right[k] = Vectors.makeReflector(u, count: right.count)
    result.above[k] = u[0]
    u[0] = 1
    let target = x.part(right, count..<count + 1)
    serialProduct(1, a.part(right, right), row, 0, target, below: nil)
    Block<Element>.withTemporary(rows: count + 1, columns: 1) { inner in
      kernels.transposedTimes(y.part(right, all), u, inner.base)
      subtract(a.part(right, through), inner, from: target)
      let part = inner.part(0..<count, 0..<1)
      kernels.transposedTimes(rows.part(right, known), u, part.base)
      subtract(x.part(right, 0..<count), part, from: target)
    }
    for i in 0..<right.count { target.base[i] *= result.right[k] }
  }

  /// C -= A b for a few columns of A.
  private func subtract(_ a: Block<Element>, _ b: Block<Element>, from c: Block<Element>) {
    if a.columns > 0 { serialProduct(-1, a, b, 1, c, below: nil) }
  }
}
