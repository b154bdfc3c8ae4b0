// Part of Apus, Apache-2.0. See LICENSE.

// Safety: Positions stay within the rows and columns of the block, whose memory the caller keeps alive.

extension Block {
  /// The count of running sums.
  private static var lanes: Int { 8 }

  /// The sum of each column: of eight running sums, of every eighth row each, added in a fixed order.
  @inline(__always)
  func columnSums() -> [Element] {
    rowStride == 1 || columnStride != 1 ? sumsByColumn() : sumsByRow()
  }

  @inline(__always)
  private func sumsByColumn() -> [Element] {
    (0..<columns).map { column in
      let from = base + column * columnStride
      var sums = SIMD8<Element>(repeating: -0.0)
      let whole = rows - rows % Self.lanes
      for start in stride(from: 0, to: whole, by: Self.lanes) {
        if rowStride == 1 {
          sums += UnsafeRawPointer(from + start).loadUnaligned(as: SIMD8<Element>.self)
        } else {
          for lane in 0..<Self.lanes { sums[lane] += from[(start + lane) * rowStride] }
        }
      }
      for row in whole..<rows { sums[row - whole] += from[row * rowStride] }
      return Self.total(sums)
    }
  }

  /// The same sums where rows are contiguous: eight running sums for all columns at once.
  @inline(__always)
  private func sumsByRow() -> [Element] {
    var sums = [Element](repeating: -0.0, count: Self.lanes * columns)
    sums.withUnsafeMutableBufferPointer { buffer in
      guard let first = buffer.baseAddress else { return }
      for row in 0..<rows {
        let to = first + row % Self.lanes * columns
        let from = base + row * rowStride
        for column in 0..<columns { to[column] += from[column] }
      }
    }
    return (0..<columns).map { column in
      var lanes = SIMD8<Element>()
      for lane in 0..<Self.lanes { lanes[lane] = sums[lane * columns + column] }
      return Self.total(lanes)
    }
  }

  @inline(__always)
  private static func total(_ sums: SIMD8<Element>) -> Element {
    let low = (sums[0] + sums[1]) + (sums[2] + sums[3])
    let high = (sums[4] + sums[5]) + (sums[6] + sums[7])
    return 0 + (low + high)  // minus zero becomes zero
  }

  /// The sum of the squares of all elements times a factor, in eight running sums for each column.
  @inline(__always)
  func sumOfSquares(times factor: Element) -> Element {
    if rowStride != 1 && columnStride == 1 { return transposed.sumOfSquares(times: factor) }
    var total: Element = 0
    for column in 0..<columns {
      let from = base + column * columnStride
      var sums = SIMD8<Element>()
      let whole = rows - rows % Self.lanes
      for start in stride(from: 0, to: whole, by: Self.lanes) {
        var values = SIMD8<Element>()
        if rowStride == 1 {
          values = UnsafeRawPointer(from + start).loadUnaligned(as: SIMD8<Element>.self) * factor
        } else {
          for lane in 0..<Self.lanes { values[lane] = from[(start + lane) * rowStride] * factor }
        }
        sums += values * values
      }
      for row in whole..<rows {
        let value = from[row * rowStride] * factor
        sums[row - whole] += value * value
      }
      total += Self.total(sums)
    }
    return total
  }
}
