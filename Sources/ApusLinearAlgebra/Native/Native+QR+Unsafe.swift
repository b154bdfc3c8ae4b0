// Part of Apus, Apache-2.0. See LICENSE.

// Safety: The caller must pass a vector of `count` elements and a block with as many rows, and keep both
// alive.

extension Native {
  /// Factorises A = Q R by Householder reflectors in place: R on and above the diagonal, the reflectors
  /// below.
  ///
  /// - Parameter tau: the scalar factor of each reflector.
  func qr(_ a: Block<Element>, tau: inout [Element]) {
    let steps = min(a.rows, a.columns)
    tau = Array(repeating: 0, count: steps)
    let width = steps < 2 * Self.panelWidth ? max(steps, 1) : Self.panelWidth
    for start in stride(from: 0, to: steps, by: width) {
      let end = min(start + width, steps)
      // The last panel of a wide matrix goes on to its last column.
      let panel = start..<(width == steps ? a.columns : end)
      for j in start..<end {
        let column = a.column(j) + j, length = a.rows - j
        tau[j] = Vectors.makeReflector(column, count: length)
        reflect(column, tau[j], count: length, a.part(j..<a.rows, j + 1..<panel.upperBound))
      }
      applyReflectors(
        a.part(start..<a.rows, start..<end), tau[start..<end], transposed: true,
        to: a.part(start..<a.rows, panel.upperBound..<a.columns))
    }
  }

  /// Applies H = I - tau v vᵀ (v[0] = 1, whatever is stored) to the columns of a block.
  private func reflect(
    _ v: UnsafeMutablePointer<Element>, _ tau: Element, count: Int, _ c: Block<Element>
  ) {
    if tau == 0 { return }
    for k in 0..<c.columns {
      let column = c.column(k)
      let sum = column[0] + Vectors.dot(v + 1, column + 1, count: count - 1)
      column[0] -= tau * sum
      Vectors.add(-tau * sum, v + 1, to: column + 1, count: count - 1)
    }
  }

  /// Replaces C by Q C or Qᵀ C, with the reflectors of `qr`.
  func apply(q a: Block<Element>, tau: [Element], transposed: Bool, to c: Block<Element>) {
    if tau.count * c.columns < 2 * Self.panelWidth {
      for j in transposed ? Array(tau.indices) : tau.indices.reversed() {
        reflect(a.column(j) + j, tau[j], count: a.rows - j, c.part(j..<a.rows, 0..<c.columns))
      }
      return
    }
    let starts = Array(stride(from: 0, to: tau.count, by: Self.panelWidth))
    for start in transposed ? starts : starts.reversed() {
      let end = min(start + Self.panelWidth, tau.count)
      applyReflectors(
        a.part(start..<a.rows, start..<end), tau[start..<end], transposed: transposed,
        to: c.part(start..<a.rows, 0..<c.columns))
    }
  }
}
