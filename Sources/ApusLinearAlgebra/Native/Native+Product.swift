// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import ApusRandom

/// Linear algebra without any library: always available, with the same bits for any number of threads.
struct Native<Element: BlockScalar>: Sendable {
  let kernels: NativeKernels<Element>
  /// The sizes above which products are shared among threads.
  var policy = NativePolicy.shared
  let choices = ThreadChoiceStorage()

  /// Computes C = alpha A B + beta C; if `isLower`, only the lower triangle of a square C.
  func product(
    _ alpha: Element, _ a: Block<Element>, _ b: Block<Element>, _ beta: Element,
    _ c: Block<Element>, isLower: Bool = false
  ) {
    guard c.isColumnMajor else {
      require(!isLower, "A triangle is written column by column.")
      product(alpha, b.transposed, a.transposed, beta, c.transposed)
      return
    }
    let isVector = c.columns == 1 && !isLower
    let shape = isVector ? CallShape(c.rows, a.columns, 1) : CallShape(c.rows, c.columns, a.columns)
    let operation: ThreadPolicy.Operation =
      isVector ? .matrixVector : isLower ? .gram : .product
    choices.run(operation, shape, plan: policy.plan(operation, shape)) { threads in
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
    // Each element is summed in the same order wherever the matrix is split.
    let isWide = isLower || c.columns >= c.rows
    let length = isWide ? c.columns : c.rows
    let piece = Self.piece(of: length, threads: threads, isLower: isLower)
    (0..<length.ceilingDivided(by: piece)).parallelForEach(workers: threads, chunk: 1) { index in
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

  /// The number of columns or rows that a thread takes at a time.
  ///
  /// There are several pieces per thread, or one if they would be small, so that no thread waits for another
  /// with one more.
  static func piece(of length: Int, threads: Int, isLower: Bool) -> Int {
    if length < 2 * 48 * threads && !isLower {
      return max(8, length.ceilingDivided(by: threads).roundedUp(toMultipleOf: 8))
    }
    return max(
      48, length.ceilingDivided(by: threads * (isLower ? 8 : 4)).roundedUp(toMultipleOf: 48))
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

/// The sizes above which native products are shared among threads.
enum NativePolicy {
  static let shared = ThreadPolicyStorage(.native)
}
