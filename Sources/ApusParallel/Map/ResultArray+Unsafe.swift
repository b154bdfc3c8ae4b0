// Part of Apus, Apache-2.0. See LICENSE.

// Safety: The documentation of the type states the obligations.

/// The results of a map, each written to its index of one array, whichever thread computes it.
///
/// All pointers to unfinished results stay in here. What ``map(count:options:cancellation:isCancellable:_:)`` ensures, so
/// that its callers need not: the memory outlives all workers, because the loop returns only when the last has left;
/// each index is initialised at most once, because each is claimed once; and exactly the initialised ones are destroyed
/// when the map fails.
@usableFromInline
enum ResultArray<Output: Sendable> {
  /// Maps the elements of a collection with a closure that cannot fail.
  ///
  /// Each chunk is a plain loop, into which the closure is compiled: always on the calling thread, and on others if it
  /// captures nothing.
  @inlinable
  @inline(__always)
  static func map<Elements: RandomAccessCollection>(
    _ elements: Elements, options: LoopOptions, _ transform: (Elements.Element) -> Output
  ) -> [Output] {
    let count = elements.count
    return [Output](unsafeUninitializedCapacity: count) { buffer, initializedCount in
      if let base = buffer.baseAddress {
        run(elements, base, options, transform)
      } else {
        options.progress?.begin(0)
      }
      initializedCount = count
    }
  }

  /// Writes the result of each element to its place.
  @inlinable
  @inline(__always)
  static func run<Elements: RandomAccessCollection>(
    _ elements: Elements, _ base: UnsafeMutablePointer<Output>, _ options: LoopOptions,
    _ transform: (Elements.Element) -> Output
  ) {
    let places = Places(elements: elements, base: base)
    withUnsafePointer(to: places) { context in
      let loop = Loop.begin(
        count: elements.count, options: options, isCancellable: false, kind: kind, context: context)
      while let range = loop.nextAlone() { places.fill(range, loop, 0, transform) }
      if loop.isUnfinished {
        withoutActuallyEscaping({ (loop: Loop, range: Range<Int>, worker: Int) in
          let places = loop.context!.assumingMemoryBound(to: Places<Elements>.self).pointee
          places.fill(range, loop, worker, transform)
        }) { chunk in
          loop.share(chunk)
          while let range = loop.nextShared() { places.fill(range, loop, 0, transform) }
          loop.endSharing()
        }
      }
      loop.end()
    }
  }

  /// The elements of a map and the places of their results.
  @usableFromInline
  struct Places<Elements: RandomAccessCollection> {
    @usableFromInline let elements: Elements
    @usableFromInline let base: UnsafeMutablePointer<Output>

    @inlinable
    init(elements: Elements, base: UnsafeMutablePointer<Output>) {
      self.elements = elements
      self.base = base
    }

    @inlinable
    @inline(__always)
    func fill(
      _ range: Range<Int>, _ loop: Loop, _ worker: Int, _ transform: (Elements.Element) -> Output
    ) {
      let fromMemory: Void? = elements.withContiguousStorageIfAvailable { elements in
        for i in range { (base + i).initialize(to: transform(elements[i])) }
      }
      if let elements = elements as? Range<Int> {
        // No element of a range overflows: without the check of each, the loop can use vectors.
        for i in range {
          let element = unsafeBitCast(elements.lowerBound &+ i, to: Elements.Element.self)
          (base + i).initialize(to: transform(element))
        }
      } else if fromMemory == nil {
        var position = elements.index(elements.startIndex, offsetBy: range.lowerBound)
        for i in range {
          (base + i).initialize(to: transform(elements[position]))
          elements.formIndex(after: &position)
        }
      }
      loop.report(done: range.count, failed: 0, worker: worker)
    }
  }

  /// Tells maps with different results apart.
  @inlinable
  static var kind: Int { Int(bitPattern: ObjectIdentifier(Output.self)) }

  /// Maps the indices 0..<`count`.
  ///
  /// - Returns: the results in index order, or the failure with the smallest index.
  @inlinable
  static func map(
    count: Int, options: LoopOptions, cancellation: CancellationFlag? = nil,
    isCancellable: Bool = true, _ body: (Int) throws -> Output
  ) -> Result<[Output], any Error> {
    var failure: (any Error)?
    let results = [Output](unsafeUninitializedCapacity: count) { buffer, initializedCount in
      guard count > 0, let base = buffer.baseAddress else { return }
      let loop = WorkerPool.run(
        count: count, options: options, cancellation: cancellation, isCancellable: isCancellable,
        kind: kind
      ) { loop, range, worker in
        runChunk(loop, range, worker) { i in (base + i).initialize(to: try body(i)) }
      }
      failure = error(of: loop)
      if failure == nil {
        initializedCount = count
      } else {
        discard(base, count, except: loop.unfinished)
      }
    }
    if let failure { return .failure(failure) }
    return .success(results)
  }

  /// Runs one chunk in order until its end, a failure, or the loop's limit.
  @inlinable
  static func runChunk(
    _ loop: Loop, _ range: Range<Int>, _ worker: Int, _ task: (Int) throws -> Void
  ) {
    var i = range.lowerBound
    do {
      while i < range.upperBound && loop.shouldBegin(i) {
        try task(i)
        i += 1
      }
      loop.report(done: i - range.lowerBound, failed: 0, worker: worker)
    } catch {
      loop.fail(at: i, error)
      loop.report(done: i - range.lowerBound, failed: 1, worker: worker)
    }
    if i < range.upperBound { loop.leaveUnfinished(i..<range.upperBound) }
  }

  /// Returns why a loop ended early; nil if it did not.
  @inlinable
  static func error(of loop: Loop) -> (any Error)? {
    loop.wasCancelled ? CancellationError() : loop.failure
  }

  /// Destroys the results of a map that failed, since no array will own them.
  ///
  /// The caller must ensure that every index below `count` outside of `except` is initialised, that no other is, and
  /// that this is called exactly once.
  @inlinable
  static func discard(_ base: UnsafeMutablePointer<Output>, _ count: Int, except: [Range<Int>]) {
    var start = 0
    for hole in except.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      (base + start).deinitialize(count: hole.lowerBound - start)
      start = hole.upperBound
    }
    (base + start).deinitialize(count: count - start)
  }
}

extension ResultArray<Void> {
  /// Calls a closure for each element; there are no results to keep.
  @inlinable
  @inline(__always)
  static func forEach<Elements: RandomAccessCollection>(
    _ elements: Elements, options: LoopOptions, _ body: (Elements.Element) -> Void
  ) {
    var nothing: Void = ()
    // A Void has no bytes, so nothing is written wherever it is put.
    withUnsafeMutablePointer(to: &nothing) { run(elements, $0, options, body) }
  }
}

extension Result where Failure == any Error {
  /// Returns the value of a synchronous map or throws its error as a ``TaskFailure``.
  ///
  /// A synchronous map is cancelled only within a task of another map whose result is no longer
  /// wanted: it then throws a failure with index 0 that holds a `CancellationError`.
  @inlinable
  func getOrTaskFailure() throws(TaskFailure) -> Success {
    switch self {
    case .success(let value): return value
    case .failure(let error as TaskFailure): throw error
    case .failure(let error): throw TaskFailure(index: 0, underlying: error)
    }
  }
}
