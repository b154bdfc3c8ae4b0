// Part of Apus, Apache-2.0. See LICENSE.

extension RandomAccessCollection where Self: Sendable, Element: Sendable {
  /// Transforms all elements and combines the results in an order that depends on the count alone.
  ///
  /// The elements are divided into at most 1024 blocks of nearly equal size, and each block into four parts; each part is
  /// reduced from left to right, then the results of the parts and of the blocks are combined in pairs.
  ///
  /// ```swift
  /// let energy = atoms.parallelReduce(0, transform: \.energy, combine: +)
  /// ```
  /// - Parameters:
  ///   - initial: the identity element of `combine`; the result if there are no elements.
  ///   - workers: threads to use; default ``ThreadBudget/current``.
  ///   - progress: counts finished elements, block by block; default none.
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
    progress?.begin(count)
    let partial = (0..<blocks.blockCount).parallelMap(workers: workers) { i in
      let block = blocks.block(i)
      defer { progress?.record(done: block.count, failed: 0, worker: 0) }
      let fromMemory = withContiguousStorageIfAvailable { buffer in
        ReductionBlocks.reduce(block, initial, { transform(buffer[$0]) }, combine)
      }
      if let fromMemory { return fromMemory }
      let start = startIndex
      return ReductionBlocks.reduce(
        block, initial, { transform(self[index(start, offsetBy: $0)]) }, combine)
    }
    return ReductionBlocks.combineInPairs(partial, combine) ?? initial
  }

  /// Transforms and combines with closures that may throw.
  ///
  /// - Parameters:
  ///   - initial: the identity element of `combine`.
  ///   - workers: threads to use; default ``ThreadBudget/current``.
  ///   - progress: counts finished elements, block by block; default none.
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
    progress?.begin(count)
    do {
      let partial = try (0..<blocks.blockCount).parallelMap(workers: workers) {
        i throws in
        try blocks.reduce(
          i, initial, progress, { try transform(self[index(startIndex, offsetBy: $0)]) }, combine)
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
  ///   - progress: counts finished elements, block by block; default none.
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
    progress?.begin(count)
    do {
      let partial = try await (0..<blocks.blockCount).parallelMap(workers: workers) { i in
        try blocks.reduce(
          i, initial, progress,
          { try transform(self[self.index(self.startIndex, offsetBy: $0)]) }, combine)
      }
      return ReductionBlocks.combineInPairs(partial, combine) ?? initial
    } catch let failure as TaskFailure {
      throw failure.underlying as? TaskFailure ?? failure
    }
  }
}
