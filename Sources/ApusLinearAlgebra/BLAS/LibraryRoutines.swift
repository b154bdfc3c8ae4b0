// Part of Apus, Apache-2.0. See LICENSE.

/// Products and factorisations by a library, with the native ones where the library has none, is slower, or
/// has integers too narrow for the dimensions.
struct LibraryRoutines<Element: BlockScalar>: Sendable {
  let calls: FortranCalls<Element>
  let native: MatrixRoutines<Element>
  let nativeKernels: NativeKernels<Element>
  /// Computes the products where the library's kernels are for older processors than this one.
  let nativeProducts: Native<Element>?
  let governor: ThreadGovernor
  let choices = ThreadChoiceStorage()

  /// The number of multiplications up to which a product is native, because calling a library costs more.
  private static var smallWork: Int { 48 * 48 * 48 }

  /// Computes C = alpha A B + beta C; if `isLower`, only the lower triangle of a square C.
  func product(
    _ alpha: Element, _ a: Block<Element>, _ b: Block<Element>, _ beta: Element,
    _ c: Block<Element>,
    _ isLower: Bool
  ) {
    let work = c.rows.saturatingMultiplied(by: c.columns).saturatingMultiplied(by: a.columns)
    guard work > Self.smallWork, fits(a, b, c) else {
      native.product(alpha, a, b, beta, c, isLower)
      return
    }
    if c.columns == 1 && !isLower {
      govern(.matrixVector, CallShape(c.rows, a.columns, 1)) { calls.gemv(alpha, a, b, beta, c) }
      return
    }
    if let nativeProducts {
      nativeProducts.product(alpha, a, b, beta, c, isLower: isLower)
      return
    }
    let shape = CallShape(c.rows, c.columns, a.columns)
    guard c.isColumnMajor && (c.rows > 1 || isLower) else {
      product(alpha, b.transposed, a.transposed, beta, c.transposed, false)
      return
    }
    if isLower && isTranspose(a, b) {
      govern(.gram, shape) { calls.syrk(alpha, a, beta, c) }
    } else if isLower {
      native.product(alpha, a, b, beta, c, true)
    } else {
      govern(.product, shape) {
        calls.gemm(alpha, a, b, beta, c)
      }
    }
  }

  @inline(__always)
  private func govern<Output>(
    _ operation: ThreadPolicy.Operation, _ shape: CallShape, _ body: () -> Output
  ) -> Output {
    governor.run(operation, shape, choices: choices, body)
  }

  private func isTranspose(_ a: Block<Element>, _ b: Block<Element>) -> Bool {
    a.base == b.base && a.rows == b.columns && a.columns == b.rows && a.rowStride == b.columnStride
      && a.columnStride == b.rowStride
  }

  /// Whether the library's integers can hold all dimensions and strides.
  private func fits(_ blocks: Block<Element>...) -> Bool {
    calls.isWide
      || blocks.allSatisfy {
        max($0.rows, $0.columns, $0.rowStride, $0.columnStride) <= Int(Int32.max)
      }
  }

  /// Whether the library's integers can hold the dimensions, and the size of a workspace of `factor` times
  /// the square of the larger one.
  private func fits(_ a: Block<Element>, work factor: Int) -> Bool {
    let order = max(a.rows, a.columns)
    return fits(a)
      && (calls.isWide
        || (order + 8).saturatingMultiplied(by: (order + 8) * factor) <= Int(Int32.max))
  }

  /// The order up to which a triangular system is solved by the library alone.
  private static var smallTriangle: Int { 64 }

  func solve(_ triangle: Triangle, _ t: Block<Element>, _ b: Block<Element>) {
    if t.rows <= 16 || b.columns == 1 || !fits(t, b) {
      native.solve(triangle, t, b)
      return
    }
    if let nativeProducts, t.rows > Self.smallTriangle {
      // Uses the threads of one pool only: threads of the library that wait for work would compete with ours.
      let blocked = BlockedSolve<Element>(
        subtractProduct: { nativeProducts.product(-1, $0, $1, 1, $2) },
        small: { triangle, t, b in govern(.solve, .small) { calls.trsm(triangle, t, b) } })
      let shape = CallShape(t.rows, b.columns, t.rows)
      choices.run(.solve, shape, plan: governor.policy.plan(.solve, shape)) {
        blocked.solve(triangle, t, b, threads: $0)
        return ((), $0 > 1)
      }
      return
    }
    govern(.solve, CallShape(t.rows, b.columns, t.rows)) { calls.trsm(triangle, t, b) }
  }

  /// The orders at and above which Cholesky factorisations are tried with threads in their products and
  /// triangular solves, and at and above which they begin with them.
  ///
  /// Threads that pay in each of these steps alone may not pay where one follows the other. Where all steps
  /// are calls of the library, each decides for itself, because it may be refused threads.
  private static var choleskyOrders: (tried: Int, first: Int) { (181, 512) }

  private func factorise(_ a: Block<Element>, _ cholesky: BlockedCholesky<Element>) -> Int {
    if a.rows <= cholesky.smallOrder { return cholesky.factorise(a) }
    let threads = ThreadShare.current
    if threads == 1 || ThreadLimit.exact != nil || nativeProducts == nil {
      return cholesky.factorise(a)
    }
    let alone = { ThreadLimit.with(atMost: 1) { cholesky.factorise(a) } }
    if a.rows < Self.choleskyOrders.tried { return alone() }
    let plan = ThreadPolicy.Plan.open(
      threads, isThreadedAtFirst: a.rows >= Self.choleskyOrders.first)
    return choices.run(.cholesky, CallShape(a), plan: plan) {
      $0 > 1 ? (ThreadLimit.withThreadedParts { cholesky.factorise(a) }, true) : (alone(), false)
    }
  }

  /// All routines.
  @inline(__always)
  func routines() -> MatrixRoutines<Element> {
    let (table, calls, native) = (calls.table, calls, native)
    let kernels = nativeKernels
    let cholesky = BlockedCholesky<Element>(
      product: { self.product($0, $1, $2, $3, $4, $5) }, solve: { self.solve($0, $1, $2) },
      small: { a in
        guard let address = table.potrf, a.rows > 24, fits(a) else { return kernels.cholesky(a) }
        return govern(.lu, .small) { calls.potrf(address, a) }
      }, smallOrder: table.potrf == nil ? 64 : 128)
    return MatrixRoutines(
      loops: native.loops,
      product: { self.product($0, $1, $2, $3, $4, $5) },
      solve: { self.solve($0, $1, $2) },
      cholesky: { factorise($0, cholesky) },
      lu: { a in
        guard let address = table.getrf, a.rows > 0, a.columns > 0, fits(a) else {
          return native.lu(a)
        }
        return govern(.lu, CallShape(a)) { calls.getrf(address, a) }
      },
      qr: { a in
        guard let address = table.geqrf, a.rows > 0, a.columns > 0, fits(a) else {
          return native.qr(a)
        }
        return govern(.qr, CallShape(a)) { calls.geqrf(address, a) }
      },
      applyQ: { a, tau, transposed, c in
        guard let address = table.ormqr, !tau.isEmpty, c.columns > 0, fits(a, c) else {
          return native.applyQ(a, tau, transposed, c)
        }
        govern(.applyQ, CallShape(a.rows, c.columns, tau.count)) {
          calls.ormqr(address, a, tau, transposed, c)
        }
      },
      symmetricEigen: { a in
        guard let address = table.syevd, a.rows > 0, fits(a, work: 2) else {
          return native.symmetricEigen(a)
        }
        return govern(.symmetricEigen, CallShape(a)) { calls.syevd(address, a) }
      },
      eigen: { a, real, imaginary in
        guard let address = table.geev, a.rows > 0, fits(a) else {
          return native.eigen(a, real, imaginary)
        }
        return govern(.eigen, CallShape(a)) { calls.geev(address, a, real, imaginary) }
      },
      svd: { a, u, v in
        guard let address = table.gesdd, a.rows > 0, a.columns > 0, fits(a, work: 4) else {
          return native.svd(a, u, v)
        }
        return govern(.svd, CallShape(a)) { calls.gesdd(address, a, u, v) }
      })
  }
}
