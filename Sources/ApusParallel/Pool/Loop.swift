// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom
public import Synchronization

/// A running parallel loop: which indices are taken, which workers take part, where it failed.
///
/// Indices are handed out in ascending chunks. A failure at index i lowers `limit` to i: no task
/// from i on is started any more, while all tasks before i, already handed out, still finish. So the
/// failure that remains is the one with the smallest index, which a serial loop would have met,
/// however the workers were scheduled.
@usableFromInline
final class Loop: @unchecked Sendable {
  // `run` is written by the loop's owner before the loop is shared and cleared after the gate has closed and the last
  // worker has left; `owner` is its owner's alone; everything else is constant, atomic or behind a mutex.

  /// Runs the tasks of a range as a worker: (loop, range, worker).
  @usableFromInline typealias Chunk = (Loop, Range<Int>, Int) -> Void

  let count: Int
  let workers: Int
  let chunk: Int?
  let parent: Loop?
  /// The first index of the parent's chunk in which this loop runs.
  let parentIndex: Int
  /// Whether the caller can report an early end.
  let isCancellable: Bool
  let progress: MapProgress?
  @usableFromInline let cancellation: CancellationFlag?
  private var run: Chunk?
  /// The root, unless it is this loop; alive as long as the parents are.
  private unowned(unsafe) let outerRoot: Loop?
  /// How many branches of ``join(_:_:)`` this loop is within, itself included.
  let branchDepth: Int
  /// What the loop works on, for chunks that capture nothing but the user's closures; its owner keeps it alive.
  @usableFromInline let context: UnsafeRawPointer?
  @exclusivity(unchecked) var owner = LoopOwner()
  /// The size of a worker's first chunk, from what such loops have cost before.
  @exclusivity(unchecked) var firstChunk = 1

  /// The number of threads working on this loop and on loops within its tasks; kept by the root only.
  private let activeThreadCount = Atomic<Int>(1)
  let next = Atomic<Int>(0)
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
    count: Int, options: LoopOptions, cancellation: CancellationFlag?, isCancellable: Bool,
    context: UnsafeRawPointer? = nil, branchDepth: Int = 0
  ) {
    let thread = Thread.state
    self.branchDepth = branchDepth
    self.context = context
    self.count = count
    self.workers = options.workers
    self.chunk = options.chunk
    let outer = thread.pointee.currentLoop
    parent = outer
    let root = outer?.root
    outerRoot = options.workers <= root?.workers ?? 0 ? root : nil
    parentIndex = thread.pointee.chunkStart
    self.isCancellable = isCancellable
    self.progress = options.progress
    self.cancellation = isCancellable ? cancellation ?? parent?.cancellation : nil
    limit = Atomic(count)
  }
}

// MARK: - Taking part

extension Loop {
  /// Whether joining is worth a try: indices are left, and fewer than `workers` have joined.
  var isJoinable: Bool {
    let state = gate.load(ordering: .relaxed)
    return state & Self.closed == 0 && joined.load(ordering: .relaxed) < workers
      && next.load(ordering: .relaxed) < limit.load(ordering: .relaxed)
  }

  /// The outermost loop whose number of workers bounds how many threads work on this one.
  ///
  /// A loop that asks for more workers than the loops around it have is its own root.
  var root: Loop { outerRoot ?? self }

  /// How many tasks like this loop's may run at the same time: those of the loops around it multiply, up to the root's workers.
  var tasksAtOnce: Int {
    let most = root.workers
    var (tasks, loop) = (min(count, most), self)
    while loop !== root, let outer = loop.parent {
      loop = outer
      tasks = min(most, tasks * min(max(1, loop.count), most))
    }
    return tasks
  }

  /// Whether one more thread may work on the root and the loops within it.
  var canAdmitThread: Bool {
    let root = root
    return root.activeThreadCount.load(ordering: .relaxed) < root.workers
  }

  /// Joins as a worker, unless enough have joined, and runs chunks until none is left.
  func participate() {
    guard let worker = join() else { return }
    let thread = Thread.state
    thread.withLoop(self) { work(as: worker, thread) }
    leave()
  }

  /// Does the same on a thread that does not work on the root yet, if the root allows one more.
  func participateIfRootAllows() {
    let root = root
    if root.activeThreadCount.wrappingAdd(1, ordering: .relaxed).oldValue < root.workers {
      participate()
    }
    root.activeThreadCount.wrappingSubtract(1, ordering: .relaxed)
  }

  func join() -> Int? {
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

  func leave() {
    let left = gate.wrappingSubtract(1, ordering: .acquiringAndReleasing).newValue
    if left == Self.closed { WorkerPool.shared.signalChange() }
  }

  /// Never inlined, so that its reference to the closure is released before `leave`.
  @inline(never)
  private func work(as worker: Int, _ thread: UnsafeMutablePointer<ThreadState>) {
    guard let run else { return }
    var sizer = ChunkSizer(fixed: chunk, first: firstChunk)
    thread.pointee.worker = worker
    while let chunk = claim(sizer) {
      let start = Ticks.now
      thread.pointee.chunkStart = chunk.lowerBound
      run(self, chunk, worker)
      sizer.record(count: chunk.count, nanoseconds: Ticks.now - start)
    }
  }

  func claim(_ sizer: ChunkSizer) -> Range<Int>? {
    if isCancellable, isResultUnneeded { stop() }
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
  /// Hands the closure over to all threads.
  ///
  /// Only the loop's owner calls this, before others know the loop.
  func setClosure(_ run: @escaping Chunk) { self.run = run }

  /// Closes the gate: no more workers can join.
  ///
  /// Only the loop's owner calls this.
  func close() { gate.bitwiseOr(Self.closed, ordering: .acquiringAndReleasing) }

  /// Whether the last worker has left, once the loop is closed.
  var isEmpty: Bool { gate.load(ordering: .acquiring) == Self.closed }

  /// Drops the closure once no worker can use it any more.
  func releaseClosure() { run = nil }

  /// Whether this loop runs within a task of `other`, at any depth.
  func isDescendant(of other: Loop) -> Bool {
    var ancestor = parent
    while let loop = ancestor {
      if loop === other { return true }
      ancestor = loop.parent
    }
    return false
  }

  /// Whether the result is no longer wanted: the map was cancelled or, at any depth, a task before
  /// the one that this loop runs in has failed.
  var isResultUnneeded: Bool {
    if let cancellation, cancellation.isSet { return true }
    guard let parent else { return false }
    return !parent.shouldRun(parentIndex) || parent.isResultUnneeded
  }

  /// Stops handing out indices.
  @usableFromInline
  func stop() { limit.store(0, ordering: .relaxed) }

  /// Whether no failure has made the task at an index needless.
  @inlinable
  func shouldRun(_ index: Int) -> Bool { index < limit.load(ordering: .relaxed) }

  /// The same, and whether the loop's own call has not been cancelled.
  @inlinable
  func shouldBegin(_ index: Int) -> Bool {
    if let cancellation, cancellation.isSet {
      stop()
      return false
    }
    return shouldRun(index)
  }

  /// Records the failure of a task; tasks with larger indices are no longer started.
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

  /// The failure with the smallest index, if any.
  @usableFromInline var failure: TaskFailure? { outcome.withLock { $0.failure } }

  /// Whether the loop ended early without a failure of its own, or was cancelled and its failure is
  /// only a consequence of that.
  @usableFromInline var wasCancelled: Bool {
    guard limit.load(ordering: .relaxed) < count else { return false }
    return failure == nil || cancellation?.isSet ?? false
  }

  /// Indices whose tasks did not run to completion.
  @usableFromInline var unfinished: [Range<Int>] {
    let untaken = min(next.load(ordering: .relaxed), count)
    return outcome.withLock { $0.unfinished } + [untaken..<count]
  }
}
