// Part of Apus, Apache-2.0. See LICENSE.
import ApusMatrixKernels
import ApusParallel

// Safety: Positions stay within the rows and columns of the blocks, whose memory the caller keeps alive; blocks that are written
// have the shape of those that are read, column by column without gaps.

extension BlockLoops<Double> {
  static let doubles = BlockLoops(
    firstNonFinite: { $0.firstNonFinite(lower: $1) },
    largest: { $0.largest(nativeKernelTable.largest_f64) },
    areEqual: { $0.equals($1) { nativeKernelTable.equal_f64($0, $1, $2) != 0 } },
    columnSums: { block, isOfMagnitudes in
      isOfMagnitudes
        ? block.columnSums(
          nativeKernelTable.sum_magnitudes_f64, nativeKernelTable.add_four_magnitudes_f64
        ) {
          $0.magnitude
        }
        : block.columnSums(nativeKernelTable.sum_f64, nativeKernelTable.add_four_f64) { $0 }
    },
    sumOfSquares: { block, factor in
      block.total { nativeKernelTable.sum_squares_f64($0, $1, factor) }
    },
    quotients: { $0.quotients(by: $1, to: $2, nativeKernelTable.divide_f64) },
    quotientsBy: { block, divisor, result in
      block.quotients(to: result) { nativeKernelTable.divide_by_f64($0, $1, divisor, $2) }
    },
    mirrorLower: { $0.mirrorLower() }, clearUpper: { $0.clearUpper() })
}

extension BlockLoops<Float> {
  static let floats = BlockLoops(
    firstNonFinite: { $0.firstNonFinite(lower: $1) },
    largest: { $0.largest(nativeKernelTable.largest_f32) },
    areEqual: { $0.equals($1) { nativeKernelTable.equal_f32($0, $1, $2) != 0 } },
    columnSums: { block, isOfMagnitudes in
      isOfMagnitudes
        ? block.columnSums(
          nativeKernelTable.sum_magnitudes_f32, nativeKernelTable.add_four_magnitudes_f32
        ) {
          $0.magnitude
        }
        : block.columnSums(nativeKernelTable.sum_f32, nativeKernelTable.add_four_f32) { $0 }
    },
    sumOfSquares: { block, factor in
      block.total { nativeKernelTable.sum_squares_f32($0, $1, factor) }
    },
    quotients: { $0.quotients(by: $1, to: $2, nativeKernelTable.divide_f32) },
    quotientsBy: { block, divisor, result in
      block.quotients(to: result) { nativeKernelTable.divide_by_f32($0, $1, divisor, $2) }
    },
    mirrorLower: { $0.mirrorLower() }, clearUpper: { $0.clearUpper() })
}

extension Block {
  /// Whether rows are contiguous and columns are not, so that the transposed block is better read.
  private var isRowMajor: Bool { rowStride != 1 && columnStride == 1 }

  /// A copy of a column whose elements are not contiguous.
  @inline(__always)
  private func gathered(_ column: Int) -> [Element] {
    let from = self.column(column)
    return (0..<rows).map { from[$0 * rowStride] }
  }

  @inline(__always)
  private func withColumn<Output>(
    _ column: Int, _ body: (UnsafePointer<Element>) -> Output
  ) -> Output {
    if rowStride == 1 { return body(self.column(column)) }
    return gathered(column).withUnsafeBufferPointer { buffer in
      buffer.baseAddress.map(body) ?? body(base)
    }
  }

  /// Whether all elements equal those of a block of the same shape.
  @inline(__always)
  fileprivate func equals(
    _ other: Block,
    _ areEqual: (Int, UnsafePointer<Element>, UnsafePointer<Element>) -> Bool
  ) -> Bool {
    if isRowMajor && other.isRowMajor { return transposed.equals(other.transposed, areEqual) }
    return (0..<columns).allSatisfy { index in
      withColumn(index) { a in other.withColumn(index) { b in areEqual(rows, a, b) } }
    }
  }

  /// The largest of the columns' largest magnitudes.
  @inline(__always)
  fileprivate func largest(_ ofVector: (Int, UnsafePointer<Element>) -> Element) -> Element {
    if isRowMajor { return transposed.largest(ofVector) }
    var largest: Element = 0
    for index in 0..<columns {
      let size = withColumn(index) { ofVector(rows, $0) }
      if size.isNaN { return size }
      largest = max(largest, size)
    }
    return largest
  }

  /// The sum of what a kernel computes from each column; of a large block with all threads, and the same bits.
  @inline(__always)
  fileprivate func total(
    _ ofVector: @Sendable (Int, UnsafePointer<Element>) -> Element
  ) -> Element {
    if isRowMajor { return transposed.total(ofVector) }
    if rows * columns < 200_000 {
      return (0..<columns).reduce(0) { sum, index in
        sum + withColumn(index) { ofVector(rows, $0) }
      }
    }
    return (0..<columns).parallelMap(workers: ThreadShare.current) { index in
      withColumn(index) { ofVector(rows, $0) }
    }.reduce(0, +)
  }

  /// The sum of each column.
  ///
  /// If rows are contiguous, eight running sums are kept for all columns at once.
  ///
  /// - Parameters:
  ///   - ofVector: sums contiguous elements.
  ///   - addFour: adds four rows, one after the other, to running sums.
  ///   - term: what is added for an element.
  @inline(__always)
  fileprivate func columnSums(
    _ ofVector: (Int, UnsafePointer<Element>) -> Element,
    _ addFour: (Int, UnsafePointer<Element>, Int, UnsafeMutablePointer<Element>) -> Void,
    term: (Element) -> Element
  ) -> [Element] {
    guard isRowMajor else {
      return (0..<columns).map { index in withColumn(index) { ofVector(rows, $0) } }
    }
    let lanes = 8
    var sums = [Element](repeating: 0, count: lanes * columns)
    let whole = rows - rows % (4 * lanes)
    sums.withUnsafeMutableBufferPointer { buffer in
      guard let to = buffer.baseAddress else { return }
      for start in stride(from: 0, to: whole, by: 4 * lanes) {
        for lane in 0..<lanes {
          addFour(
            columns, base + (start + lane) * rowStride, lanes * rowStride, to + lane * columns)
        }
      }
      for row in whole..<rows {
        let (from, sums) = (base + row * rowStride, to + row % lanes * columns)
        for column in 0..<columns { sums[column] += term(from[column]) }
      }
    }
    return (0..<columns).map { column in
      func lane(_ index: Int) -> Element { sums[index * columns + column] }
      let low = (lane(0) + lane(1)) + (lane(2) + lane(3))
      return 0 + (low + ((lane(4) + lane(5)) + (lane(6) + lane(7))))
    }
  }

  @inline(__always)
  fileprivate func quotients(
    by other: Block, to result: Block,
    _ divide: (
      Int, UnsafePointer<Element>, UnsafePointer<Element>, UnsafeMutablePointer<Element>
    ) -> Void
  ) {
    for index in 0..<columns {
      withColumn(index) { a in
        other.withColumn(index) { b in divide(rows, a, b, result.column(index)) }
      }
    }
  }

  @inline(__always)
  fileprivate func quotients(
    to result: Block,
    _ divide: (Int, UnsafePointer<Element>, UnsafeMutablePointer<Element>) -> Void
  ) {
    for index in 0..<columns { withColumn(index) { divide(rows, $0, result.column(index)) } }
  }
}
