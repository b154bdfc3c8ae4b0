// Part of Apus, Apache-2.0. See LICENSE.

// Safety: Vectors are parts of the blocks of this call. The caller must pass a square block and keep it alive.

extension Native {
  /// Reduces A to the upper Hessenberg form Qᵀ A Q, panel by panel (Quintana-Ortí and van de Geijn 2006); the reflectors of Q
  /// overwrite what is below the subdiagonal.
  ///
  /// - Returns: the scalar factors of the reflectors; the k-th begins in row k + 1.
  func makeHessenberg(_ a: Block<Element>) -> [Element] {
    let n = a.rows, steps = max(n - 2, 0), width = Self.panelWidth
    var tau = [Element](repeating: 0, count: steps)
    Block<Element>.withTemporary(rows: n, columns: 2 * width) { work in
      let (v, y) = (work.part(0..<n, 0..<width), work.part(0..<n, width..<2 * width))
      Block<Element>.withTemporary(rows: width, columns: width) { t in
        for start in stride(from: 0, to: steps, by: width) {
          let panel = start..<min(start + width, steps)
          t.fill(0)
          v.fill(0)
          for k in panel { reduceHessenbergColumn(a, k, start, v, y, t, &tau) }
          updateRest(a, panel, v.part(0..<n, 0..<panel.count), y.part(0..<n, 0..<panel.count), t)
        }
      }
    }
    return tau
  }

  /// Applies what is known of the panel to column k, makes its reflector, and computes column k of Y = A V T.
  private func reduceHessenbergColumn(
    _ a: Block<Element>, _ k: Int, _ start: Int, _ v: Block<Element>, _ y: Block<Element>,
    _ t: Block<Element>, _ tau: inout [Element]
  ) {
    let n = a.rows, count = k - start, known = 0..<count
    let below = start + 1..<n, rest = k + 1..<n
    let column = a.part(below, k..<k + 1)
    let (vectors, products) = (v.part(below, known), y.part(below, known))
    Block<Element>.withTemporary(rows: max(count, 1), columns: 2) { work in
      let inner = work.part(known, 0..<1), outer = work.part(known, 1..<2)
      if count > 0 {
        serialProduct(-1, products, v.part(k..<k + 1, known).transposed, 1, column, below: nil)
        kernels.transposedTimes(vectors, column.base, inner.base)
        serialProduct(1, t.part(known, known).transposed, inner, 0, outer, below: nil)
        serialProduct(-1, vectors, outer, 1, column, below: nil)
      }
      let vector = a.column(k) + k + 1
      tau[k] = Vectors.makeReflector(vector, count: rest.count)
      let reflector = v.column(count) + k + 1
      reflector.update(from: vector, count: rest.count)
      reflector[0] = 1
      let target = y.part(below, count..<count + 1)
      serialProduct(
        tau[k], a.part(below, rest), v.part(rest, count..<count + 1), 0, target, below: nil)
      t[count, count] = tau[k]
      if count > 0 {
        kernels.transposedTimes(v.part(rest, known), reflector, inner.base)
        serialProduct(-tau[k], products, inner, 1, target, below: nil)
        serialProduct(
          -tau[k], t.part(known, known), inner, 0, t.part(known, count..<count + 1), below: nil)
      }
    }
  }

  /// Replaces the columns after the panel by (I - V T Vᵀ)ᵀ (A - Y Vᵀ), and the rows above it by those of A - Y Vᵀ.
  private func updateRest(
    _ a: Block<Element>, _ panel: Range<Int>, _ v: Block<Element>, _ y: Block<Element>,
    _ t: Block<Element>
  ) {
    let n = a.rows, count = panel.count
    let triangle = t.part(0..<count, 0..<count)
    let top = 0..<panel.lowerBound + 1, below = panel.lowerBound + 1..<n
    let after = panel.upperBound..<n
    Block<Element>.withTemporary(rows: top.count, columns: count) { inner in
      product(1, a.part(top, below), v.part(below, 0..<count), 0, inner)
      product(1, inner, triangle, 0, y.part(top, 0..<count))
    }
    product(-1, y, v.part(after, 0..<count).transposed, 1, a.part(0..<n, after))
    let inside = panel.lowerBound + 1..<panel.upperBound
    if !inside.isEmpty {
      product(
        -1, y.part(top, 0..<count), v.part(inside, 0..<count).transposed, 1, a.part(top, inside))
    }
    let (vectors, rest) = (v.part(below, 0..<count), a.part(below, after))
    Block<Element>.withTemporary(rows: count, columns: 2 * after.count) { work in
      let inner = work.part(0..<count, 0..<after.count)
      let outer = work.part(0..<count, after.count..<2 * after.count)
      product(1, vectors.transposed, rest, 0, inner)
      product(1, triangle.transposed, inner, 0, outer)
      product(-1, vectors, outer, 1, rest)
    }
  }
}
