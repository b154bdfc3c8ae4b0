// Part of Apus, Apache-2.0. See LICENSE.

extension Native {
  /// The number of columns of a panel, which is factorised unblocked.
  private static var panel: Int { 32 }

  /// Factorises P A = L U with partial pivoting in place: L below the diagonal (its diagonal of ones is not
  /// stored), U on and above it.
  ///
  /// - Parameter pivots: row `i` was exchanged with row `pivots[i]` in step `i`.
  /// - Returns: 0, or the order of the first pivot that is 0.
  func lu(_ a: Block<Element>, pivots: inout [Int]) -> Int {
    let steps = min(a.rows, a.columns)
    pivots = Array(repeating: 0, count: steps)
    var failed = 0
    var start = 0
    while start < steps {
      let end = min(start + Self.panel, steps)
      let zero = factorisePanel(a, start..<end, &pivots)
      if failed == 0 { failed = zero }
      exchangeRows(a, start..<end, pivots, columns: 0..<start)
      exchangeRows(a, start..<end, pivots, columns: end..<a.columns)
      let right = end..<a.columns
      solve(.unitLower, a.part(start..<end, start..<end), a.part(start..<end, right))
      product(
        -1, a.part(end..<a.rows, start..<end), a.part(start..<end, right), 1,
        a.part(end..<a.rows, right))
      start = end
    }
    return failed
  }

  private func factorisePanel(
    _ a: Block<Element>, _ panel: Range<Int>, _ pivots: inout [Int]
  ) -> Int {
    var failed = 0
    for j in panel {
      let column = a.column(j)
      var pivot = j
      for i in j..<a.rows where column[i].magnitude > column[pivot].magnitude { pivot = i }
      pivots[j] = pivot
      if pivot != j { exchangeRows(a, j..<j + 1, pivots, columns: panel) }
      if column[j] == 0 {
        if failed == 0 { failed = j + 1 }
        continue
      }
      for i in j + 1..<max(a.rows, j + 1) { column[i] /= column[j] }
      for k in j + 1..<max(panel.upperBound, j + 1) {
        let other = a.column(k)
        Vectors.add(-other[j], column + j + 1, to: other + j + 1, count: a.rows - j - 1)
      }
    }
    return failed
  }

  private func exchangeRows(
    _ a: Block<Element>, _ steps: Range<Int>, _ pivots: [Int], columns: Range<Int>
  ) {
    for k in columns {
      let column = a.column(k)
      for step in steps where pivots[step] != step {
        (column[step], column[pivots[step]]) = (column[pivots[step]], column[step])
      }
    }
  }
}
