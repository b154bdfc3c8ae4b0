// Part of Apus, Apache-2.0. See LICENSE.

// Safety: Each block's result is written once, to its own place in memory that outlives all workers, because the loop returns only
// when the last has left. The loop cannot fail or be cancelled, so all places are written.

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
  @inline(__always)
  public func parallelReduce<Value: Sendable>(
    _ initial: Value, workers: Int? = nil, progress: MapProgress? = nil,
    transform: @Sendable (Element) -> Value, combine: @Sendable (Value, Value) -> Value
  ) -> Value {
    let blocks = ReductionBlocks(count: count)
    progress?.begin(count)
    let options = LoopOptions(workers: workers, chunk: nil, progress: nil)
    let partial = [Value](unsafeUninitializedCapacity: blocks.blockCount) { buffer, initialized in
      guard let base = buffer.baseAddress, blocks.blockCount > 0 else { return }
      let places = ReductionPlaces(
        elements: self, blocks: blocks, initial: initial, base: base, progress: progress)
      withUnsafePointer(to: places) { context in
        let loop = Loop.begin(
          count: blocks.blockCount, options: options, isCancellable: false,
          kind: Int(bitPattern: ObjectIdentifier(ReductionPlaces<Self, Value>.self)) &+ 31 &* count,
          context: context)
        while let range = loop.nextAlone() { places.fill(range, 0, transform, combine) }
        if loop.isUnfinished {
          withoutActuallyEscaping({ (loop: Loop, range: Range<Int>, worker: Int) in
            let places = loop.context!.assumingMemoryBound(to: ReductionPlaces<Self, Value>.self)
            places.pointee.fill(range, worker, transform, combine)
          }) { chunk in
            loop.share(chunk)
            while let range = loop.nextShared() { places.fill(range, 0, transform, combine) }
            loop.endSharing()
          }
        }
        loop.end()
      }
      initialized = blocks.blockCount
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
    try Task.checkCancellation()
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

/// What a reduction works on, and the places of its blocks' results.
@usableFromInline
struct ReductionPlaces<Elements: RandomAccessCollection, Value> {
  @usableFromInline let elements: Elements
  @usableFromInline let blocks: ReductionBlocks
  @usableFromInline let initial: Value
  @usableFromInline let base: UnsafeMutablePointer<Value>
  @usableFromInline let progress: MapProgress?

  @inlinable
  init(
    elements: Elements, blocks: ReductionBlocks, initial: Value, base: UnsafeMutablePointer<Value>,
    progress: MapProgress?
  ) {
    self.elements = elements
    self.blocks = blocks
    self.initial = initial
    self.base = base
    self.progress = progress
  }

  /// Reduces some blocks.
  @inlinable
  @inline(__always)
  func fill(
    _ range: Range<Int>, _ worker: Int, _ transform: (Elements.Element) -> Value,
    _ combine: (Value, Value) -> Value
  ) {
    for i in range {
      let block = blocks.block(i)
      let fromMemory = elements.withContiguousStorageIfAvailable { elements in
        ReductionBlocks.reduce(block, initial, { transform(elements[$0]) }, combine)
      }
      let start = elements.startIndex
      let result =
        fromMemory
        ?? ReductionBlocks.reduce(
          block, initial, { transform(elements[elements.index(start, offsetBy: $0)]) }, combine)
      (base + i).initialize(to: result)
      progress?.record(done: block.count, failed: 0, worker: worker)
    }
  }
}
