// Part of Apus, Apache-2.0. See LICENSE.

/// The map under all maps: results go straight into the array's memory, each at its own index.
@usableFromInline
enum ParallelMap<Output: Sendable> {
  /// Maps the indices 0..<`count`.
  ///
  /// - Returns: the results in index order, or the failure of the smallest index.
  @inlinable
  static func run(
    count: Int, options: MapOptions, cancellation: CancellationFlag? = nil,
    isCancellable: Bool = true, _ body: (Int) throws -> Output
  ) -> Result<[Output], any Error> {
    var failure: (any Error)?
    let results = [Output](unsafeUninitializedCapacity: count) { buffer, initializedCount in
      guard count > 0, let base = buffer.baseAddress else { return }
      let loop = ParallelLoop.run(
        count: count, options: options, cancellation: cancellation, isCancellable: isCancellable
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
      while i < range.upperBound && loop.wants(i) {
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

  /// Why a loop did not reach its end, if it did not.
  @inlinable
  static func error(of loop: Loop) -> (any Error)? {
    loop.wasCancelled ? CancellationError() : loop.failure
  }

  /// Destroys the results that exist when there is no array to hold them.
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

extension Result where Failure == any Error {
  /// The value of a map on a thread of its own.
  ///
  /// Such a map is cancelled only within a task of another map, whose result nobody wants any more:
  /// then it ends with a failure of index 0 that holds a `CancellationError`.
  @inlinable
  func getOrTaskFailure() throws(TaskFailure) -> Success {
    switch self {
    case .success(let value): return value
    case .failure(let error as TaskFailure): throw error
    case .failure(let error): throw TaskFailure(index: 0, underlying: error)
    }
  }
}
