// Part of Apus, Apache-2.0. See LICENSE.

/// Products and factorisations by a library, with the native ones where the library has none, is slower, or
/// cannot count so far.
struct LibraryRoutines<Element: MatrixScalar>: Sendable {
  let calls: FortranCalls<Element>
  let native: MatrixRoutines<Element>
  let nativeKernels: NativeKernels<Element>
  let governor: ThreadGovernor

  /// Multiplications up to which a product is native: a call of a library costs more.
  private static var smallWork: Int { 48 * 48 * 48 }

  /// C = alpha A B + beta C; of a square C only the lower triangle if `isLower`.
  func product(
    _ alpha: Element, _ a: Block<Element>, _ b: Block<Element>, _ beta: Element,
    _ c: Block<Element>,
    _ isLower: Bool
  ) {
    let work = c.rows.multipliedClamped(by: c.columns).multipliedClamped(by: a.columns)
    guard work > Self.smallWork, fits(a, b, c) else {
      native.product(alpha, a, b, beta, c, isLower)
      return
    }
    if c.columns == 1 && !isLower {
      governor.run(.matrixVector, work: Double(work)) { calls.gemv(alpha, a, b, beta, c) }
      return
    }
    guard c.isColumnMajor && (c.rows > 1 || isLower) else {
      product(alpha, b.transposed, a.transposed, beta, c.transposed, false)
      return
    }
    if isLower && isTranspose(a, b) {
      governor.run(.gram, work: Double(work), narrow: c.rows) { calls.syrk(alpha, a, beta, c) }
    } else if isLower {
      native.product(alpha, a, b, beta, c, true)
    } else {
      governor.run(.product, work: Double(work), narrow: min(c.rows, c.columns)) {
        calls.gemm(alpha, a, b, beta, c)
      }
    }
  }

  private func isTranspose(_ a: Block<Element>, _ b: Block<Element>) -> Bool {
    a.base == b.base && a.rows == b.columns && a.columns == b.rows && a.rowStride == b.columnStride
      && a.columnStride == b.rowStride
  }

  /// Whether a library's integers can count all dimensions and distances.
  private func fits(_ blocks: Block<Element>...) -> Bool {
    calls.isWide
      || blocks.allSatisfy {
        max($0.rows, $0.columns, $0.rowStride, $0.columnStride) <= Int(Int32.max)
      }
  }

  func solve(_ triangle: Triangle, _ t: Block<Element>, _ b: Block<Element>) {
    if t.rows <= 16 || b.columns == 1 || !fits(t, b) {
      native.solve(triangle, t, b)
      return
    }
    let work = Double(t.rows) * Double(t.rows) * Double(b.columns)
    governor.run(.solve, work: work, narrow: min(t.rows, b.columns)) { calls.trsm(triangle, t, b) }
  }

  /// All routines.
  @inline(__always)
  func routines() -> MatrixRoutines<Element> {
    let (table, calls, native, governor) = (calls.table, calls, native, governor)
    let kernels = nativeKernels
    let cholesky = BlockedCholesky<Element>(
      product: { self.product($0, $1, $2, $3, $4, $5) }, solve: { self.solve($0, $1, $2) },
      small: { a in
        guard let address = table.potrf, a.rows > 24 else { return kernels.cholesky(a) }
        return governor.run(.lu, work: 0) { calls.potrf(address, a) }
      }, smallOrder: table.potrf == nil ? 64 : 128)
    return MatrixRoutines(
      loops: native.loops,
      product: { self.product($0, $1, $2, $3, $4, $5) },
      solve: { self.solve($0, $1, $2) },
      cholesky: { cholesky.factorise($0) },
      lu: { a in
        guard let address = table.getrf, a.rows > 0, a.columns > 0 else { return native.lu(a) }
        return governor.run(.lu, work: a.cubicWork) { calls.getrf(address, a) }
      },
      qr: { a in
        guard let address = table.geqrf, a.rows > 0, a.columns > 0 else { return native.qr(a) }
        return governor.run(.qr, work: a.cubicWork) { calls.geqrf(address, a) }
      },
      applyQ: { a, tau, transposed, c in
        guard let address = table.ormqr, !tau.isEmpty, c.columns > 0 else {
          return native.applyQ(a, tau, transposed, c)
        }
        governor.run(.qr, work: Double(a.rows) * Double(tau.count) * Double(c.columns)) {
          calls.ormqr(address, a, tau, transposed, c)
        }
      },
      symmetricEigen: { a in
        guard let address = table.syevd, a.rows > 0 else { return native.symmetricEigen(a) }
        return governor.run(.symmetricEigen, work: a.cubicWork) { calls.syevd(address, a) }
      },
      eigen: { a, real, imaginary in
        guard let address = table.geev, a.rows > 0 else { return native.eigen(a, real, imaginary) }
        return governor.run(.eigen, work: a.cubicWork) { calls.geev(address, a, real, imaginary) }
      },
      svd: { a, u, v in
        guard let address = table.gesdd, a.rows > 0, a.columns > 0 else {
          return native.svd(a, u, v)
        }
        return governor.run(.svd, work: a.cubicWork) { calls.gesdd(address, a, u, v) }
      })
  }
}

extension Block {
  /// Rows × columns × the lesser of both: what a factorisation costs, but for a factor.
  var cubicWork: Double { Double(rows) * Double(columns) * Double(min(rows, columns)) }
}
