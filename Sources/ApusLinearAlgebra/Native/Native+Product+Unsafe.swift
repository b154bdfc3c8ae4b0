// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel

/// Linear algebra without any library: always there, and the same bits for any number of threads.
struct Native<Element: MatrixScalar>: Sendable {
  let kernels: NativeKernels<Element>
  /// From which size on products are shared among threads.
  var policy = NativePolicy.shared
  let experience = ThreadExperienceStorage()

  /// C = alpha A B + beta C; if `isLower`, of a square C only the lower triangle.
  func product(
    _ alpha: Element, _ a: Block<Element>, _ b: Block<Element>, _ beta: Element,
    _ c: Block<Element>, isLower: Bool = false
  ) {
    guard c.isColumnMajor else {
      precondition(!isLower, "A triangle is written column by column.")
      product(alpha, b.transposed, a.transposed, beta, c.transposed)
      return
    }
    let isVector = c.columns == 1 && !isLower
    let shape = isVector ? CallShape(c.rows, a.columns, 1) : CallShape(c.rows, c.columns, a.columns)
    let operation: ThreadPolicy.Operation =
      isVector ? .matrixVector : isLower ? .gram : .product
    experience.run(operation, shape, plan: policy.plan(operation, shape)) { threads in
      product(alpha, a, b, beta, c, isLower: isLower, threads: threads)
      return ((), threads > 1)
    }
  }

  private func product(
    _ alpha: Element, _ a: Block<Element>, _ b: Block<Element>, _ beta: Element,
    _ c: Block<Element>, isLower: Bool, threads: Int
  ) {
    if threads == 1 {
      serialProduct(alpha, a, b, beta, c, below: isLower ? 0 : nil)
      return
    }
    // Each element is summed in the same order wherever the matrix is cut.
    let isWide = isLower || c.columns >= c.rows
    let length = isWide ? c.columns : c.rows
    let piece = Self.piece(of: length, threads: threads, isLower: isLower)
    (0..<length.dividedUp(by: piece)).parallelForEach(workers: threads, chunk: 1) { index in
      let range = index * piece..<min(length, (index + 1) * piece)
      if isLower {
        let rows = range.lowerBound..<c.rows
        serialProduct(
          alpha, a.part(rows, 0..<a.columns), b.part(0..<b.rows, range), beta, c.part(rows, range),
          below: 0)
      } else if isWide {
        serialProduct(
          alpha, a, b.part(0..<b.rows, range), beta, c.part(0..<c.rows, range), below: nil)
      } else {
        serialProduct(
          alpha, a.part(range, 0..<a.columns), b, beta, c.part(range, 0..<c.columns), below: nil)
      }
    }
  }

  /// Columns or rows that a thread takes at a time: several pieces each, or one if they are few, so that none
  /// waits for another that has one more.
  static func piece(of length: Int, threads: Int, isLower: Bool) -> Int {
    if length < 2 * 48 * threads && !isLower {
      return max(8, length.dividedUp(by: threads).rounded(upTo: 8))
    }
    return max(48, length.dividedUp(by: threads * (isLower ? 8 : 4)).rounded(upTo: 48))
  }

  func serialProduct(
    _ alpha: Element, _ a: Block<Element>, _ b: Block<Element>, _ beta: Element,
    _ c: Block<Element>, below: Int?
  ) {
    let whole = Int.max / 2
    let count = kernels.work(c.rows, c.columns, a.columns)
    if count == 0 || a.columns == 0 {
      kernels.product(alpha, a, b, beta, c, below ?? whole, nil)
      return
    }
    let storage = MatrixStorage<Element>(count: count)
    withExtendedLifetime(storage) {
      kernels.product(alpha, a, b, beta, c, below ?? whole, storage.base)
    }
  }
}

/// From which size on native products are shared among threads.
enum NativePolicy {
  static let shared = ThreadPolicyStorage(.native)
}

extension Int {
  func multipliedClamped(by other: Int) -> Int {
    let (product, isTooLarge) = multipliedReportingOverflow(by: other)
    return isTooLarge ? .max : product
  }

  func dividedUp(by divisor: Int) -> Int { (self + divisor - 1) / divisor }

  func rounded(upTo unit: Int) -> Int { dividedUp(by: unit) * unit }
}
