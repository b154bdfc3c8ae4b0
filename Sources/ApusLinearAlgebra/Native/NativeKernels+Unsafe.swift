// Part of Apus, Apache-2.0. See LICENSE.
import ApusMatrixKernels
import ApusRandom

// Safety: The caller must pass blocks of matching shapes and as much workspace as `work` says, and keep both
// alive.

/// The kernels of one precision, at the highest level that this processor supports or the level in
/// `APUS_KERNELS`.
struct NativeKernels<Element: BlockScalar>: Sendable {
  typealias Pointer = UnsafeMutablePointer<Element>

  /// The number of workspace elements for a product of m x k and k x n.
  let work: @Sendable (_ m: Int, _ n: Int, _ k: Int) -> Int
  /// Computes C = alpha A B + beta C for elements with i + below >= j; C is column-major.
  let product:
    @Sendable (
      _ alpha: Element, _ a: Block<Element>, _ b: Block<Element>, _ beta: Element,
      _ c: Block<Element>,
      _ below: Int, _ work: Pointer?
    ) -> Void
  /// Computes the lower Cholesky factor in place; returns 0, or the order of the first leading minor that is
  /// not positive.
  let cholesky: @Sendable (_ a: Block<Element>) -> Int
  /// Solves X Lᵀ = B in place; L and B are column-major.
  let solveRight: @Sendable (_ l: Block<Element>, _ b: Block<Element>) -> Void
  /// Rotates neighbouring columns of a column-major block, beginning with the first two, or the last two if backward.
  let rotate:
    @Sendable (_ a: Block<Element>, _ count: Int, _ pairs: UnsafePointer<Element>, Bool) -> Void
  /// Applies two such sets of rotations, one after the other.
  let rotateTwice:
    @Sendable (
      _ a: Block<Element>, _ count: Int, _ first: UnsafePointer<Element>,
      _ second: UnsafePointer<Element>, Bool
    ) -> Void
  /// Computes y = A x from the lower triangle of a symmetric column-major block.
  let symmetricTimes: @Sendable (_ a: Block<Element>, _ x: Pointer, _ y: Pointer) -> Void
  /// Computes y = Aᵀ x for a column-major block.
  let transposedTimes: @Sendable (_ a: Block<Element>, _ x: Pointer, _ y: Pointer) -> Void
  /// Applies I - tau v vᵀ, with v of two or three elements, to all columns of a block with as many columns, from the right.
  let reflectColumns: @Sendable (_ a: Block<Element>, _ v: Pointer, _ tau: Element) -> Void
  /// Applies the same to all rows of a block with as many rows, from the left.
  let reflectRows: @Sendable (_ a: Block<Element>, _ v: Pointer, _ tau: Element) -> Void
  /// Applies reflections in turn, each one column further, to a column-major block with two columns more than reflections.
  let reflectColumnsInTurn:
    @Sendable (_ a: Block<Element>, _ factors: UnsafePointer<Element>) -> Void
  /// Applies them to the rows, from the left.
  let reflectRowsInTurn: @Sendable (_ a: Block<Element>, _ factors: UnsafePointer<Element>) -> Void
}

enum NativeCore {
  /// Runs additions and multiplications in registers only, and returns their number; timed, this gives the
  /// peak speed of a core.
  ///
  /// - Parameter rounds: about ten million take 0.1 s.
  static func exercise(rounds: Int) -> Int {
    let unused = nativeKernelTable.peak(max(rounds, 0))
    return unused.isNaN ? 0 : max(rounds, 0) * nativeKernelTable.peak_work
  }
}

/// The kernels in use.
let nativeKernelTable: apus_matrix_kernels = {
  guard let found = apus_matrix_kernels_at(NativeLevel.number) ?? apus_matrix_kernels_at(0) else {
    fatalError("There are no kernels of the lowest level.")
  }
  return found.pointee
}()

extension NativeKernels<Double> {
  static let doubles = NativeKernels(
    work: { nativeKernelTable.work_f64($0, $1, $2) },
    product: { alpha, a, b, beta, c, below, work in
      nativeKernelTable.product_f64(
        c.rows, c.columns, a.columns, alpha, a.base, a.rowStride, a.columnStride, b.base,
        b.rowStride, b.columnStride, beta, c.base, c.columnStride, below, work)
    },
    cholesky: { nativeKernelTable.cholesky_f64($0.rows, $0.base, $0.columnStride) },
    solveRight: { l, b in
      nativeKernelTable.solve_right_f64(
        b.rows, b.columns, l.base, l.columnStride, b.base, b.columnStride)
    },
    rotate: { a, count, pairs, isBackward in
      nativeKernelTable.rotate_f64(a.rows, a.base, a.columnStride, count, pairs, isBackward ? 1 : 0)
    },
    rotateTwice: { a, count, first, second, isBackward in
      nativeKernelTable.rotate_twice_f64(
        a.rows, a.base, a.columnStride, count, first, second, isBackward ? 1 : 0)
    },
    symmetricTimes: { a, x, y in
      nativeKernelTable.symmetric_times_f64(a.rows, a.base, a.columnStride, x, y)
    },
    transposedTimes: { a, x, y in
      nativeKernelTable.transposed_times_f64(a.rows, a.columns, a.base, a.columnStride, x, y)
    },
    reflectColumns: { a, v, tau in
      nativeKernelTable.reflect_columns_f64(a.rows, a.columns, a.base, a.columnStride, v, tau)
    },
    reflectRows: { a, v, tau in
      nativeKernelTable.reflect_rows_f64(a.columns, a.rows, a.base, a.columnStride, v, tau)
    },
    reflectColumnsInTurn: { a, factors in
      nativeKernelTable.reflect_columns_in_turn_f64(
        a.rows, a.base, a.columnStride, a.columns - 2, factors)
    },
    reflectRowsInTurn: { a, factors in
      nativeKernelTable.reflect_rows_in_turn_f64(
        a.columns, a.base, a.columnStride, a.rows - 2, factors)
    })
}

extension NativeKernels<Float> {
  static let floats = NativeKernels(
    work: { nativeKernelTable.work_f32($0, $1, $2) },
    product: { alpha, a, b, beta, c, below, work in
      nativeKernelTable.product_f32(
        c.rows, c.columns, a.columns, alpha, a.base, a.rowStride, a.columnStride, b.base,
        b.rowStride, b.columnStride, beta, c.base, c.columnStride, below, work)
    },
    cholesky: { nativeKernelTable.cholesky_f32($0.rows, $0.base, $0.columnStride) },
    solveRight: { l, b in
      nativeKernelTable.solve_right_f32(
        b.rows, b.columns, l.base, l.columnStride, b.base, b.columnStride)
    },
    rotate: { a, count, pairs, isBackward in
      nativeKernelTable.rotate_f32(a.rows, a.base, a.columnStride, count, pairs, isBackward ? 1 : 0)
    },
    rotateTwice: { a, count, first, second, isBackward in
      nativeKernelTable.rotate_twice_f32(
        a.rows, a.base, a.columnStride, count, first, second, isBackward ? 1 : 0)
    },
    symmetricTimes: { a, x, y in
      nativeKernelTable.symmetric_times_f32(a.rows, a.base, a.columnStride, x, y)
    },
    transposedTimes: { a, x, y in
      nativeKernelTable.transposed_times_f32(a.rows, a.columns, a.base, a.columnStride, x, y)
    },
    reflectColumns: { a, v, tau in
      nativeKernelTable.reflect_columns_f32(a.rows, a.columns, a.base, a.columnStride, v, tau)
    },
    reflectRows: { a, v, tau in
      nativeKernelTable.reflect_rows_f32(a.columns, a.rows, a.base, a.columnStride, v, tau)
    },
    reflectColumnsInTurn: { a, factors in
      nativeKernelTable.reflect_columns_in_turn_f32(
        a.rows, a.base, a.columnStride, a.columns - 2, factors)
    },
    reflectRowsInTurn: { a, factors in
      nativeKernelTable.reflect_rows_in_turn_f32(
        a.columns, a.base, a.columnStride, a.rows - 2, factors)
    })
}

/// Products so small that even the call of a closure would take noticeable time.
enum SmallProduct {
  static func run(_ a: Block<Double>, _ b: Block<Double>, _ c: Block<Double>) {
    let (m, n, k) = (c.rows, c.columns, a.columns)
    if k == 0 || nativeKernelTable.work_f64(m, n, k) > 0 {
      Native.doubles.serialProduct(1, a, b, 0, c, below: nil)
      return
    }
    nativeKernelTable.product_f64(
      m, n, k, 1, a.base, a.rowStride, a.columnStride, b.base, b.rowStride, b.columnStride, 0,
      c.base, c.columnStride, .max / 2, nil)
  }

  static func run(_ a: Block<Float>, _ b: Block<Float>, _ c: Block<Float>) {
    let (m, n, k) = (c.rows, c.columns, a.columns)
    if k == 0 || nativeKernelTable.work_f32(m, n, k) > 0 {
      Native.floats.serialProduct(1, a, b, 0, c, below: nil)
      return
    }
    nativeKernelTable.product_f32(
      m, n, k, 1, a.base, a.rowStride, a.columnStride, b.base, b.rowStride, b.columnStride, 0,
      c.base, c.columnStride, .max / 2, nil)
  }
}
