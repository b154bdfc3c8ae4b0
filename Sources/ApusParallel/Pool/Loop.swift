// Part of Apus, Apache-2.0. See LICENSE.
public import Synchronization

/// One parallel loop while it runs: which indices are taken, who takes part, where it failed.
///
/// Indices are handed out in ascending chunks. A failure at index i lowers `limit` to i: nothing
/// from i on is started any more, while everything before i, already handed out, still finishes.
/// So the failure that remains is that of the smallest index, the one a serial loop would meet,
/// whatever the workers did.
@usableFromInline
final class Loop: @unchecked Sendable {
  // `run` is written before the loop is shared and cleared by its owner after the gate has closed
  // and the last worker has left; everything else is constant, atomic or behind a mutex.

  /// Runs the tasks of a range as a worker: (loop, range, worker).
  @usableFromInline typealias Chunk = (Loop, Range<Int>, Int) -> Void

  let count: Int
  let workers: Int
  let chunk: Int?
  let parent: Loop?
  /// The first index of the parent's chunk in which this loop runs.
  let parentIndex: Int
  /// Whether the caller can tell of an early end.
  let isCancellable: Bool
  let progress: MapProgress?
  let cancellation: CancellationFlag?
  private var run: Chunk?

  /// Threads at work on this loop and on loops within its tasks, kept by the outermost loop.
  private let family = Atomic<Int>(1)
  private let next = Atomic<Int>(0)
  private let gate = Atomic<Int>(0)
  private let joined = Atomic<Int>(0)
  @usableFromInline let limit: Atomic<Int>
  private let outcome = Mutex(Outcome())

  private struct Outcome {
    var failure: TaskFailure?
    var unfinished: [Range<Int>] = []
  }

  private static let closed = 1 << 62

  init(
    count: Int, options: MapOptions, cancellation: CancellationFlag?, isCancellable: Bool,
    run: @escaping Chunk
  ) {
    self.count = count
    self.workers = options.workers
    self.chunk = options.chunk
    parent = Thread.currentLoop
    parentIndex = Thread.currentChunkStart
    self.isCancellable = isCancellable
    self.progress = options.progress
    self.cancellation = isCancellable ? cancellation ?? parent?.cancellation : nil
    self.run = run
    limit = Atomic(count)
  }
}

// MARK: - Taking part

extension Loop {
  /// Whether a look at the gate is worth it: there are free indices and free places.
  var isJoinable: Bool {
    let state = gate.load(ordering: .relaxed)
    return state & Self.closed == 0 && joined.load(ordering: .relaxed) < workers
      && next.load(ordering: .relaxed) < limit.load(ordering: .relaxed)
  }

  /// The outermost loop that bounds how many threads work on this one.
  ///
  /// A loop that asks for more workers than its surroundings have is its own.
  var root: Loop {
    guard let outer = parent?.root, workers <= outer.workers else { return self }
    return outer
  }

  /// Whether another thread may work on the outermost loop.
  var hasPlaceForGuest: Bool {
    let root = root
    return root.family.load(ordering: .relaxed) < root.workers
  }

  /// Works on chunks until none is left, if there is a place.
  func takePart() {
    guard let worker = join() else { return }
    Thread.withCurrent(self) { work(as: worker) }
    leave()
  }

  /// The same for a thread that is not yet at work on the outermost loop, if that has a place.
  func takePartAsGuest() {
    let root = root
    if root.family.wrappingAdd(1, ordering: .relaxed).oldValue < root.workers { takePart() }
    root.family.wrappingSubtract(1, ordering: .relaxed)
  }

  private func join() -> Int? {
    var state = gate.load(ordering: .acquiring)
    while state & Self.closed == 0 {
      let (isDone, now) = gate.weakCompareExchange(
        expected: state, desired: state + 1, ordering: .acquiringAndReleasing)
      if isDone {
        let worker = joined.wrappingAdd(1, ordering: .relaxed).oldValue
        if worker < workers { return worker }
        leave()
        return nil
      }
      state = now
    }
    return nil
  }

  private func leave() {
    let left = gate.wrappingSubtract(1, ordering: .acquiringAndReleasing).newValue
    if left == Self.closed { WorkerPool.shared.announce() }
  }

  /// Never inlined, so that its reference to the closure is gone before `leave`.
  @inline(never)
  private func work(as worker: Int) {
    guard let run else { return }
    var sizer = ChunkSizer(fixed: chunk)
    while let chunk = claim(sizer) {
      let start = Ticks.now
      Thread.currentChunkStart = chunk.lowerBound
      run(self, chunk, worker)
      sizer.record(count: chunk.count, nanoseconds: Ticks.now - start)
    }
  }

  private func claim(_ sizer: ChunkSizer) -> Range<Int>? {
    if isCancellable, isAbandoned { stop() }
    var start = next.load(ordering: .relaxed)
    while true {
      let end = limit.load(ordering: .relaxed)
      if start >= end { return nil }
      let stop = min(end, start + sizer.next(left: end - start, workers: workers))
      let (isDone, now) = next.weakCompareExchange(
        expected: start, desired: stop, ordering: .relaxed)
      if isDone { return start..<stop }
      start = now
    }
  }
}

// MARK: - Ending

extension Loop {
  /// Lets nobody in any more.
  ///
  /// Only its owner calls this.
  func close() { gate.bitwiseOr(Self.closed, ordering: .acquiringAndReleasing) }

  /// After `close`: whether the last worker has left.
  var isEmpty: Bool { gate.load(ordering: .acquiring) == Self.closed }

  /// Drops the closure when nobody can use it any more.
  func dismantle() { run = nil }

  /// Whether this loop runs within a task of `other`, at any depth.
  func isDescendant(of other: Loop) -> Bool {
    var ancestor = parent
    while let loop = ancestor {
      if loop === other { return true }
      ancestor = loop.parent
    }
    return false
  }

  /// Whether nobody wants the result: the map was cancelled, or a task before the one it runs in
  /// has failed, at any depth.
  private var isAbandoned: Bool {
    if let cancellation, cancellation.isSet { return true }
    guard let parent else { return false }
    return !parent.wants(parentIndex) || parent.isAbandoned
  }

  /// Hands out nothing any more.
  func stop() { limit.store(0, ordering: .relaxed) }

  /// Whether the task at an index is still wanted.
  @inlinable
  func wants(_ index: Int) -> Bool { index < limit.load(ordering: .relaxed) }

  /// Records the failure of a task; tasks of larger index stop.
  @usableFromInline
  func fail(at index: Int, _ error: any Error) {
    limit.min(index, ordering: .relaxed)
    outcome.withLock { outcome in
      if let known = outcome.failure, known.index <= index { return }
      outcome.failure = TaskFailure(index: index, underlying: error)
    }
  }

  /// Records that a chunk stopped early.
  @usableFromInline
  func leaveUnfinished(_ range: Range<Int>) {
    outcome.withLock { $0.unfinished.append(range) }
  }

  /// Reports finished tasks of one worker.
  @usableFromInline
  func report(done: Int, failed: Int, worker: Int) {
    progress?.record(done: done, failed: failed, worker: worker)
  }

  /// The failure of the smallest index.
  @usableFromInline var failure: TaskFailure? { outcome.withLock { $0.failure } }

  /// Whether the loop ended early without a failure of its own, or was cancelled and its failure is
  /// only the echo of that.
  @usableFromInline var wasCancelled: Bool {
    guard limit.load(ordering: .relaxed) < count else { return false }
    return failure == nil || cancellation?.isSet ?? false
  }

  /// Indices whose task did not run to its end.
  @usableFromInline var unfinished: [Range<Int>] {
    let untaken = min(next.load(ordering: .relaxed), count)
    return outcome.withLock { $0.unfinished } + [untaken..<count]
  }
}
