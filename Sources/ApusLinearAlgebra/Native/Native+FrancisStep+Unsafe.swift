// Part of Apus, Apache-2.0. See LICENSE.

// Safety: Vectors are arrays of this call. The caller must pass a square block and rows within it, and keep the block alive.

extension Native {
  /// The reflections that are made before the rest of the matrix undergoes them.
  ///
  /// With two more rows they fill four tiles of eight.
  private static var stepsTogether: Int { 30 }

  /// One step with two shifts on the rows low...high, from the lowest row from which it leads to the same matrix.
  ///
  /// The bulge is moved down within a window on the diagonal. What lies right of the window and above it undergoes the
  /// reflections of a window together.
  ///
  /// - Parameter waiting: gathers the reflections for the columns of Q.
  func francisStep(
    _ a: Block<Element>, _ low: Int, _ high: Int, _ shifts: Shifts<Element>,
    _ waiting: inout ReflectorBatch<Element>
  ) {
    var start = high - 2
    while start > low, !shifts.canStart(a, at: start) { start -= 1 }
    var reflector = Reflector(first: shifts.firstColumn(a, at: start))
    waiting.begin(at: start)
    for top in stride(from: start, to: high - 1, by: Self.stepsTogether) {
      let end = min(top + Self.stepsTogether, high - 1)
      let columns = top..<min(end + 3, high + 1)
      for k in top..<end {
        if k > start { reflector = Reflector(a, k, rows: 3) }
        write(reflector, a, low, start, at: k)
        kernels.apply(
          reflector, to: a, at: k, columns: k..<columns.upperBound, rows: top..<min(k + 4, high + 1)
        )
        waiting.append(reflector)
      }
      waiting.withLast(end - top) { factors in
        let rows = top..<end + 2
        kernels.reflectRowsInTurn(a.part(rows, columns.upperBound..<a.columns), factors)
        kernels.reflectColumnsInTurn(a.part(0..<top, rows), factors)
      }
    }
    // The last one has two rows.
    let last = Reflector(a, high - 1, rows: 2)
    write(last, a, low, start, at: high - 1)
    kernels.apply(last, to: a, at: high - 1, columns: high - 1..<a.columns, rows: 0..<high + 1)
    waiting.end(with: last)
  }

  /// Writes what becomes of the column left of a reflection.
  private func write(
    _ reflector: Reflector<Element>, _ a: Block<Element>, _ low: Int, _ start: Int, at k: Int
  ) {
    if k > start {
      a[k, k - 1] = reflector.beta
      for i in 1..<reflector.rows { a[k + i, k - 1] = 0 }
    } else if start > low {
      // The step begins below a small element, whose row the first reflection changes.
      a[k, k - 1] *= 1 - reflector.tau
    }
  }
}
