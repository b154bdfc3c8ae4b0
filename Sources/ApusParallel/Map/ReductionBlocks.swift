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

  /// The parts of a block that are reduced on their own, each from left to right: four, the last of which has the rest.
  @inlinable
  static func parts(_ block: Range<Int>) -> (size: Int, starts: (Int, Int, Int, Int)) {
    let size = block.count / 4
    let start = block.lowerBound
    return (size, (start, start + size, start + 2 * size, start + 3 * size))
  }

  /// Reduces a block: its four parts side by side, so that no combination waits for the one before.
  ///
  /// - Parameter value: the transformed element at a position.
  @inlinable
  @inline(__always)
  static func reduce<Value>(
    _ block: Range<Int>, _ initial: Value, _ value: (Int) -> Value,
    _ combine: (Value, Value) -> Value
  ) -> Value {
    let (size, start) = parts(block)
    var (a, b, c, d) = (initial, initial, initial, initial)
    for step in 0..<size {
      a = combine(a, value(start.0 + step))
      b = combine(b, value(start.1 + step))
      c = combine(c, value(start.2 + step))
      d = combine(d, value(start.3 + step))
    }
    for position in (start.3 + size)..<block.upperBound { d = combine(d, value(position)) }
    return size == 0 ? d : combine(combine(a, b), combine(c, d))
  }

  /// The same with a closure that may throw: one part after the other, so that the first failure is found.
  ///
  /// - Throws: what `value` throws, as the failure of its element; `CancellationError` if the result is not wanted any more.
  @inlinable
  func reduce<Value>(
    _ i: Int, _ initial: Value, _ progress: MapProgress?, _ value: (Int) throws -> Value,
    _ combine: (Value, Value) -> Value
  ) throws -> Value {
    let block = block(i)
    let work = CurrentWork(i)
    let (size, start) = Self.parts(block)
    func reduced(_ part: Range<Int>) throws -> Value {
      var result = initial
      for position in part {
        if work.isUnneeded { throw CancellationError() }
        do {
          result = combine(result, try value(position))
        } catch {
          progress?.record(done: position - block.lowerBound, failed: 1, worker: 0)
          throw TaskFailure(index: position, underlying: error)
        }
      }
      return result
    }
    let last = start.3..<block.upperBound
    let result =
      size == 0
      ? try reduced(last)
      : combine(
        combine(try reduced(start.0..<start.1), try reduced(start.1..<start.2)),
        combine(try reduced(start.2..<start.3), try reduced(last)))
    progress?.record(done: block.count, failed: 0, worker: 0)
    return result
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
