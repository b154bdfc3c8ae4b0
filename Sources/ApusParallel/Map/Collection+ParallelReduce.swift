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

extension RandomAccessCollection where Self: Sendable, Element: Sendable {
  /// Transforms all elements and combines the results in an order that depends on the count alone.
  ///
  /// The elements are divided into at most 1024 blocks of nearly equal size; each block is reduced
  /// from left to right, then the results of the blocks are combined in pairs.
  ///
  /// ```swift
  /// let energy = atoms.parallelReduce(0, transform: \.energy, combine: +)
  /// ```
  /// - Parameters:
  ///   - initial: the identity element of `combine`; the result if there are no elements.
  ///   - workers: threads to use; default ``ThreadBudget/current``.
  ///   - progress: counts finished blocks; default none.
  ///   - transform: runs on several threads at once, once per element.
  ///   - combine: associative up to rounding; it need not be commutative.
  /// - Complexity: O(`count`) calls of each closure.
  /// - Reproducibility: bit for bit the same for any number of workers.
  @inlinable
  public func parallelReduce<Value: Sendable>(
    _ initial: Value, workers: Int? = nil, progress: MapProgress? = nil,
    transform: @Sendable (Element) -> Value, combine: @Sendable (Value, Value) -> Value
  ) -> Value {
    let blocks = ReductionBlocks(count: count)
    let partial = (0..<blocks.blockCount).parallelMap(workers: workers, progress: progress) { i in
      blocks.block(i).reduce(initial) { value, j in
        combine(value, transform(self[index(startIndex, offsetBy: j)]))
      }
    }
    return ReductionBlocks.combineInPairs(partial, combine) ?? initial
  }

  /// Transforms and combines with closures that may throw.
  ///
  /// - Parameters:
  ///   - initial: the identity element of `combine`.
  ///   - workers: threads to use; default ``ThreadBudget/current``.
  ///   - progress: counts finished blocks; default none.
  ///   - transform: runs on several threads at once.
  ///   - combine: associative up to rounding.
  /// - Throws: ``TaskFailure`` with the smallest index of an element that failed.
  /// - Reproducibility: bit for bit the same for any number of workers.
  @inlinable
  public func parallelReduce<Value: Sendable>(
    _ initial: Value, workers: Int? = nil, progress: MapProgress? = nil,
    transform: @Sendable (Element) throws -> Value, combine: @Sendable (Value, Value) -> Value
  ) throws(TaskFailure) -> Value {
    let blocks = ReductionBlocks(count: count)
    do {
      let partial = try (0..<blocks.blockCount).parallelMap(workers: workers, progress: progress) {
        i throws in
        try blocks.block(i).reduce(initial) { value, j in
          do {
            return combine(value, try transform(self[index(startIndex, offsetBy: j)]))
          } catch {
            throw TaskFailure(index: j, underlying: error)
          }
        }
      }
      return ReductionBlocks.combineInPairs(partial, combine) ?? initial
    } catch {
      throw error.underlying as? TaskFailure ?? error
    }
  }

  /// Transforms and combines without blocking a Swift concurrency thread.
  ///
  /// - Parameters:
  ///   - initial: the identity element of `combine`.
  ///   - workers: threads to use; default ``ThreadBudget/current``.
  ///   - progress: counts finished blocks; default none.
  ///   - transform: runs on several threads at once.
  ///   - combine: associative up to rounding.
  /// - Throws: ``TaskFailure``, or `CancellationError`.
  /// - Reproducibility: bit for bit the same for any number of workers.
  @inlinable
  public func parallelReduce<Value: Sendable>(
    _ initial: Value, workers: Int? = nil, progress: MapProgress? = nil,
    transform: @escaping @Sendable (Element) throws -> Value,
    combine: @escaping @Sendable (Value, Value) -> Value
  ) async throws -> Value {
    let blocks = ReductionBlocks(count: count)
    do {
      let partial = try await (0..<blocks.blockCount).parallelMap(
        workers: workers, progress: progress
      ) { i in
        try blocks.block(i).reduce(initial) { value, j in
          do {
            return combine(value, try transform(self[self.index(self.startIndex, offsetBy: j)]))
          } catch {
            throw TaskFailure(index: j, underlying: error)
          }
        }
      }
      return ReductionBlocks.combineInPairs(partial, combine) ?? initial
    } catch let failure as TaskFailure {
      throw failure.underlying as? TaskFailure ?? failure
    }
  }
}
