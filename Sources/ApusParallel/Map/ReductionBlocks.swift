// Part of Apus, Apache-2.0. See LICENSE.

/// The division of a reduction into blocks.
///
/// It depends on the count alone, so that the order of combination, and with it every rounding, is
/// the same for any number of workers.
@usableFromInline
struct ReductionBlocks: Sendable {
  /// More blocks than this do not balance the load any better.
  @usableFromInline static let most = 1024

  @usableFromInline let count: Int
  @usableFromInline let blockCount: Int

  @usableFromInline
  init(count: Int) {
    self.count = count
    blockCount = min(count, Self.most)
  }

  /// The elements of block `i`; sizes differ by at most one.
  @usableFromInline
  func block(_ i: Int) -> Range<Int> {
    let (size, larger) = count.quotientAndRemainder(dividingBy: blockCount)
    let start = i * size + min(i, larger)
    return start..<(start + size + (i < larger ? 1 : 0))
  }

  /// Reduces a block from left to right.
  ///
  /// - Throws: what `step` throws, as the failure of its element; `CancellationError` if the result is not wanted any more.
  @inlinable
  func reduce<Value>(
    _ i: Int, _ initial: Value, _ progress: MapProgress?, _ step: (Value, Int) throws -> Value
  ) throws -> Value {
    let block = block(i)
    let work = CurrentWork()
    var value = initial
    for element in block {
      if work.isUnneeded { throw CancellationError() }
      do {
        value = try step(value, element)
      } catch {
        progress?.record(done: element - block.lowerBound, failed: 1, worker: 0)
        throw TaskFailure(index: element, underlying: error)
      }
    }
    progress?.record(done: block.count, failed: 0, worker: 0)
    return value
  }

  /// Combines adjacent values in pairs, then their results, until one is left: a fixed tree.
  @inlinable
  static func combineInPairs<Value>(
    _ values: [Value], _ combine: (Value, Value) throws -> Value
  ) rethrows -> Value? {
    var values = values
    while values.count > 1 {
      values = try stride(from: 0, to: values.count, by: 2).map { i in
        i + 1 < values.count ? try combine(values[i], values[i + 1]) : values[i]
      }
    }
    return values.first
  }
}
