// Part of Apus, Apache-2.0. See LICENSE.
import ApusMatrixKernels
import ApusRandom

/// The kernels of one precision at the highest level of this processor, or the one of `APUS_KERNELS`.
struct NativeKernels<Element: MatrixScalar>: Sendable {
  typealias Pointer = UnsafeMutablePointer<Element>

  /// Elements of work memory of a product of m x k and k x n.
  let work: @Sendable (_ m: Int, _ n: Int, _ k: Int) -> Int
  /// C = alpha A B + beta C for elements with i + below >= j; C is column-major.
  let product:
    @Sendable (
      _ alpha: Element, _ a: Block<Element>, _ b: Block<Element>, _ beta: Element,
      _ c: Block<Element>,
      _ below: Int, _ work: Pointer?
    ) -> Void
  /// The lower Cholesky factor in place: 0, or the order of the first minor that is not positive.
  let cholesky: @Sendable (_ a: Block<Element>) -> Int
  /// Solves X Lᵀ = B in place; L and B are column-major.
  let solveRight: @Sendable (_ l: Block<Element>, _ b: Block<Element>) -> Void
}

/// The level of instruction sets whose kernels are in use.
enum NativeLevel {
  static let number = min(BlockKernels.current.level.rawValue, apus_matrix_highest_level())

  static var name: String { BlockKernels.Level(rawValue: number)?.name ?? "portable" }
}

extension BLAS {
  /// Runs additions and multiplications in registers only and returns how many: timed, that is the most that
  /// a core of this processor can do.
  ///
  /// - Parameter rounds: some ten million take about 0.1 s.
  package static func exerciseCore(rounds: Int) -> Int {
    let unused = table.peak(max(rounds, 0))
    return unused.isNaN ? 0 : max(rounds, 0) * table.peak_work
  }
}

private let table: apus_matrix_kernels = {
  guard let found = apus_matrix_kernels_at(NativeLevel.number) ?? apus_matrix_kernels_at(0) else {
    preconditionFailure("There are no kernels of the lowest level.")
  }
  return found.pointee
}()

extension NativeKernels<Double> {
  static let doubles = NativeKernels(
    work: { table.work_f64($0, $1, $2) },
    product: { alpha, a, b, beta, c, below, work in
      table.product_f64(
        c.rows, c.columns, a.columns, alpha, a.base, a.rowStride, a.columnStride, b.base,
        b.rowStride, b.columnStride, beta, c.base, c.columnStride, below, work)
    },
    cholesky: { table.cholesky_f64($0.rows, $0.base, $0.columnStride) },
    solveRight: { l, b in
      table.solve_right_f64(b.rows, b.columns, l.base, l.columnStride, b.base, b.columnStride)
    })
}

extension NativeKernels<Float> {
  static let floats = NativeKernels(
    work: { table.work_f32($0, $1, $2) },
    product: { alpha, a, b, beta, c, below, work in
      table.product_f32(
        c.rows, c.columns, a.columns, alpha, a.base, a.rowStride, a.columnStride, b.base,
        b.rowStride, b.columnStride, beta, c.base, c.columnStride, below, work)
    },
    cholesky: { table.cholesky_f32($0.rows, $0.base, $0.columnStride) },
    solveRight: { l, b in
      table.solve_right_f32(b.rows, b.columns, l.base, l.columnStride, b.base, b.columnStride)
    })
}

/// Products so small that even a closure would be felt.
enum SmallProduct {
  static func run(_ a: Block<Double>, _ b: Block<Double>, _ c: Block<Double>) {
    let (m, n, k) = (c.rows, c.columns, a.columns)
    if k == 0 || table.work_f64(m, n, k) > 0 {
      Native.doubles.serialProduct(1, a, b, 0, c, below: nil)
      return
    }
    table.product_f64(
      m, n, k, 1, a.base, a.rowStride, a.columnStride, b.base, b.rowStride, b.columnStride, 0,
      c.base, c.columnStride, .max / 2, nil)
  }

  static func run(_ a: Block<Float>, _ b: Block<Float>, _ c: Block<Float>) {
    let (m, n, k) = (c.rows, c.columns, a.columns)
    if k == 0 || table.work_f32(m, n, k) > 0 {
      Native.floats.serialProduct(1, a, b, 0, c, below: nil)
      return
    }
    table.product_f32(
      m, n, k, 1, a.base, a.rowStride, a.columnStride, b.base, b.rowStride, b.columnStride, 0,
      c.base, c.columnStride, .max / 2, nil)
  }
}
