// Part of Apus, Apache-2.0. See LICENSE.

/// Calls Fortran routines: all arguments by pointer, followed by the lengths of strings.
///
/// Integers are passed as 64-bit variables, of which a library with 32-bit integers reads the lower half (all
/// platforms of Swift are little-endian). The arguments must be valid: a library's own error handler may end
/// the process.
struct FortranCalls<Element: BlockScalar>: Sendable {
  typealias Raw = UnsafeMutableRawPointer?
  typealias Info = Int

  let table: FortranTable
  let isWide: Bool

  private typealias F13 =
    @convention(c) (
      Raw, Raw, Raw, Raw, Raw, Raw, Raw, Raw, Raw, Raw, Raw, Raw, Raw, Int, Int
    ) -> Void

  /// A letter argument.
  struct Letter {
    var code: UInt8
    init(_ letter: Character) { code = letter.asciiValue ?? 0 }
  }

  /// C = alpha op(A) op(B) + beta C.
  ///
  /// Each of A and B is column-major or row-major; C is column-major.
  func gemm(
    _ alpha: Element, _ a: Block<Element>, _ b: Block<Element>, _ beta: Element, _ c: Block<Element>
  ) {
    let (ta, lda) = orientation(a), (tb, ldb) = orientation(b)
    var (m, n, k) = (c.rows, c.columns, a.columns)
    var (one, two) = (Letter(ta), Letter(tb))
    var (l1, l2, l3) = (lda, ldb, c.leadingDimension)
    var (x, y) = (alpha, beta)
    unsafeBitCast(table.gemm, to: F13.self)(
      &one, &two, &m, &n, &k, &x, a.base, &l1, b.base, &l2, &y, c.base, &l3, 1, 1)
  }

  /// y = alpha A x + beta y, for columns x and y.
  func gemv(
    _ alpha: Element, _ a: Block<Element>, _ x: Block<Element>, _ beta: Element, _ y: Block<Element>
  ) {
    typealias F11 =
      @convention(c) (
        Raw, Raw, Raw, Raw, Raw, Raw, Raw, Raw, Raw, Raw, Raw, Int
      ) -> Void
    let (ta, lda) = orientation(a)
    let stored = a.isColumnMajor ? a : a.transposed
    var trans = Letter(ta)
    var (m, n, l1) = (stored.rows, stored.columns, lda)
    var (incx, incy) = (x.rowStride, y.rowStride)
    var (p, q) = (alpha, beta)
    unsafeBitCast(table.gemv, to: F11.self)(
      &trans, &m, &n, &p, a.base, &l1, x.base, &incx, &q, y.base, &incy, 1)
  }

  /// The lower triangle of C = alpha A Aᵀ + beta C.
  func syrk(_ alpha: Element, _ a: Block<Element>, _ beta: Element, _ c: Block<Element>) {
    typealias F10 =
      @convention(c) (
        Raw, Raw, Raw, Raw, Raw, Raw, Raw, Raw, Raw, Raw, Int, Int
      ) -> Void
    let (ta, lda) = orientation(a)
    var (lower, trans) = (Letter("L"), Letter(ta))
    var (n, k) = (c.rows, a.columns)
    var (l1, l2) = (lda, c.leadingDimension)
    var (x, y) = (alpha, beta)
    unsafeBitCast(table.syrk, to: F10.self)(
      &lower, &trans, &n, &k, &x, a.base, &l1, &y, c.base, &l2, 1, 1)
  }

  /// Solves T X = B in place of B; T and B may each be column-major or row-major.
  func trsm(_ triangle: Triangle, _ t: Block<Element>, _ b: Block<Element>) {
    typealias F11 =
      @convention(c) (
        Raw, Raw, Raw, Raw, Raw, Raw, Raw, Raw, Raw, Raw, Raw, Int, Int, Int, Int
      ) -> Void
    // Row-major B is the column-major Bᵀ, and Xᵀ Tᵀ = Bᵀ.
    let isLeft = b.isColumnMajor
    let target = isLeft ? b : b.transposed
    let isStoredAsIs = t.isColumnMajor
    let isLowerInMemory = triangle.isLower == isStoredAsIs
    var side = Letter(isLeft ? "L" : "R"), half = Letter(isLowerInMemory ? "L" : "U")
    var trans = Letter(isStoredAsIs == isLeft ? "N" : "T")
    var unit = Letter(triangle.isUnit ? "U" : "N")
    var (m, n) = (target.rows, target.columns)
    var one: Element = 1
    var (l1, l2) = ((isStoredAsIs ? t : t.transposed).leadingDimension, target.leadingDimension)
    unsafeBitCast(table.trsm, to: F11.self)(
      &side, &half, &trans, &unit, &m, &n, &one, t.base, &l1, b.base, &l2, 1, 1, 1, 1)
  }

  private func orientation(_ block: Block<Element>) -> (Character, Int) {
    block.isColumnMajor
      ? ("N", block.leadingDimension) : ("T", block.transposed.leadingDimension)
  }

  /// The value of an output integer, of which a library with 32-bit integers wrote only the lower half.
  func value(_ raw: Int) -> Int { isWide ? raw : Int(Int32(truncatingIfNeeded: raw)) }
}
