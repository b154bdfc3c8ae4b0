// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel

// Safety: The caller must pass square blocks of one order and keep them alive; writes stay within
// their columns.

extension Native {
  /// Computes the eigenvalues, and eigenvectors of length 1, of a square block, which it overwrites.
  ///
  /// Complex eigenvalues come in consecutive pairs, the one with positive imaginary part first.
  /// - Returns: 0, or the number of eigenvalues that did not converge.
  func eigen(
    _ a: Block<Element>, values: inout [(Element, Element)], real: Block<Element>,
    imaginary: Block<Element>
  ) -> Int {
    let n = a.rows
    return Block<Element>.withTemporary(rows: n, columns: 2 * n) { work in
      let (q, x) = (work.part(0..<n, 0..<n), work.part(0..<n, n..<2 * n))
      let failed = schur(a, q: q)
      if failed > 0 { return failed }
      values = eigenvalues(ofSchur: a)
      writeVectors(ofSchur: a, values, to: x)
      product(1, q, x, 0, real)
      imaginary.fill(0)
      for k in 0..<n where values[k].1 >= 0 {
        normalise(real, imaginary, k, isPair: values[k].1 > 0)
      }
      return 0
    }
  }

  private func eigenvalues(ofSchur t: Block<Element>) -> [(Element, Element)] {
    var values: [(Element, Element)] = []
    while values.count < t.rows {
      let k = values.count
      if k + 1 < t.rows && t[k + 1, k] != 0 {
        let middle = (t[k, k] + t[k + 1, k + 1]) / 2, half = (t[k, k] - t[k + 1, k + 1]) / 2
        let root = (-(half * half + t[k, k + 1] * t[k + 1, k])).squareRoot()
        values += [(middle, root), (middle, -root)]
      } else {
        values.append((t[k, k], 0))
      }
    }
    return values
  }

  /// Writes the x with (T - λ) x = 0, the real and the imaginary part of a pair to neighbouring columns.
  private func writeVectors(
    ofSchur t: Block<Element>, _ values: [(Element, Element)], to x: Block<Element>
  ) {
    let n = t.rows
    x.fill(0)
    let columns = (0..<n).map { t.largest(inColumn: $0, rows: min($0 + 2, n)) }
    let norm = columns.reduce(0, max)
    (0..<n).parallelForEach(workers: n < 64 ? 1 : ThreadShare.current) { k in
      if values[k].1 < 0 { return }
      let isPair = values[k].1 > 0
      SchurVector.solve(
        t, values[k], last: isPair ? k + 1 : k, norm: norm, real: x.column(k),
        imaginary: isPair ? x.column(k + 1) : nil)
    }
  }

  /// Divides a vector by its length; of a pair, whose parts are in columns k and k + 1 of `real`, both are written.
  private func normalise(
    _ real: Block<Element>, _ imaginary: Block<Element>, _ k: Int, isPair: Bool
  ) {
    let n = real.rows, parts = isPair ? 2 : 1
    let size = (0..<parts).reduce(Element(0)) { max($0, real.largest(inColumn: k + $1, rows: n)) }
    for part in 0..<parts { for i in 0..<n { real[i, k + part] /= size } }
    let length = Vectors.length(real.column(k), count: parts * n)
    for part in 0..<parts { for i in 0..<n { real[i, k + part] /= length } }
    if !isPair { return }
    for i in 0..<n {
      imaginary[i, k] = real[i, k + 1]
      imaginary[i, k + 1] = -real[i, k + 1]
      real[i, k + 1] = real[i, k]
    }
  }
}

extension Block {
  /// The largest magnitude among the first rows of a column.
  fileprivate func largest(inColumn column: Int, rows: Int) -> Element {
    let from = self.column(column)
    return (0..<rows).reduce(Element(0)) { max($0, from[$1].magnitude) }
  }
}
