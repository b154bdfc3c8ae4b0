// Part of Apus, Apache-2.0. See LICENSE.
import Synchronization

/// The part of a loop's owner, the thread that has begun it: first alone, then, if the loop lasts, beside others.
///
/// The owner's chunks are loops in the code that calls these functions, so that the user's closure is compiled into them:
///
/// ```
/// let loop = Loop.begin(count: count, options: options, isCancellable: false)
/// while let range = loop.nextAlone() { … }
/// if loop.isUnfinished {
///   withoutActuallyEscaping(chunk) { chunk in
///     loop.share(chunk)
///     while let range = loop.nextShared() { … }
///     loop.endSharing()
///   }
/// }
/// loop.end()
/// ```
struct LoopOwner {
  /// The key of the loop's cost.
  var key = 0
  /// How long the owner works alone, in nanoseconds; 0 if the loop is shared at once, all time if it never is.
  var patience = 0
  /// The loop around this one, and the chunk in it.
  var outer: Unmanaged<Loop>?
  var outerStart = 0
  var outerWorker = 0

  var sizer = ChunkSizer()
  var chunkCount = 0
  /// When the last chunk ended, or the loop began.
  var lastTick = 0
  var tasks = 0
  var time = 0

  /// The time that the whole loop would take at the speed of the tasks measured so far; nil if none has been.
  func expectedTime(count: Int) -> Int? {
    guard tasks > 0 else { return nil }
    return Int(min(Double(time) / Double(tasks) * Double(count), 1e18))
  }

  /// As many tasks as have run so far, if they fit into what is left of the patience: should they take longer than those, at most
  /// half of them have run alone.
  var sizeAlone: Int {
    guard tasks > 0 else { return 1 }
    let fitting = patience - time < ChunkSizer.target ? tasks * (patience - time) / time : tasks
    return max(1, min(sizer.size, tasks, fitting))
  }

  /// Measures the chunk that was begun before, if any.
  mutating func endChunk() {
    let now = Ticks.now
    if chunkCount > 0 {
      let duration = max(1, now - lastTick)
      sizer.record(count: chunkCount, nanoseconds: duration)
      tasks += chunkCount
      time += duration
    }
    lastTick = now
  }
}

extension Loop {
  /// Makes a loop whose tasks the calling thread begins to run.
  ///
  /// - Parameters:
  ///   - isCancellable: whether the caller can report an early end; if so, a loop within another
  ///     map's task ends with that map.
  ///   - kind: tells loops of different types apart, to guess what they cost.
  ///   - context: what the tasks work on; it outlives the loop.
  @usableFromInline
  static func begin(
    count: Int, options: LoopOptions, cancellation: CancellationFlag? = nil, isCancellable: Bool,
    kind: Int = 0, context: UnsafeRawPointer? = nil
  ) -> Loop {
    options.progress?.begin(count)
    let loop = Loop(
      count: count, options: options, cancellation: cancellation, isCancellable: isCancellable,
      context: context)
    let thread = Thread.state
    loop.owner.outer = thread.pointee.loop
    loop.owner.outerStart = thread.pointee.chunkStart
    loop.owner.outerWorker = thread.pointee.worker
    thread.pointee.worker = 0
    loop.owner.key =
      (kind ^ Int(bitPattern: context)) &* 0x9E37_79B9_7F4A_7C1 &+ count
    thread.pointee.loop = .passUnretained(loop)
    if loop.workers == 1 || count <= 1 {
      loop.owner.patience = .max
    } else if options.chunk ?? 1 > 1 {
      // A chunk that the caller has chosen may be long.
    } else if let expected = thread.pointee.costs.expected(loop.owner.key) {
      let patience = WorkerPool.shared.patience
      if expected <= patience {
        loop.owner.patience = patience
      } else {
        loop.firstChunk = ChunkSizer.first(count: count, nanoseconds: expected)
      }
    }
    loop.owner.sizer = ChunkSizer(fixed: options.chunk, first: loop.firstChunk)
    return loop
  }

  /// The next tasks for the owner to run alone; nil if none is left, or others should help.
  @usableFromInline
  func nextAlone() -> Range<Int>? {
    guard owner.patience > 0 else { return nil }
    if isCancellable, isResultUnneeded { stop() }
    let start = next.load(ordering: .relaxed)
    let end = limit.load(ordering: .relaxed)
    if start >= end { return nil }
    owner.endChunk()
    if owner.time > owner.patience { return nil }
    let size = min(chunk ?? owner.sizeAlone, end - start)
    let range = start..<(start + size)
    next.store(range.upperBound, ordering: .relaxed)
    Thread.state.pointee.chunkStart = start
    owner.chunkCount = range.count
    return range
  }

  /// Whether tasks are left for which others should be asked to help.
  @usableFromInline
  var isUnfinished: Bool {
    next.load(ordering: .relaxed) < limit.load(ordering: .relaxed)
  }

  /// Asks other threads to help with the rest; the owner is the first worker.
  @usableFromInline
  func share(_ run: @escaping Chunk) {
    setClosure(run)
    _ = join()
    owner.chunkCount = 0
    WorkerPool.shared.enqueue(self)
  }

  /// The next tasks for the owner to run beside others; nil if none is left.
  @usableFromInline
  func nextShared() -> Range<Int>? {
    owner.endChunk()
    guard let range = claim(owner.sizer) else { return nil }
    Thread.state.pointee.chunkStart = range.lowerBound
    owner.chunkCount = range.count
    return range
  }

  /// Waits until the last worker has left; nobody uses the closure afterwards.
  @usableFromInline
  func endSharing() {
    restoreOuterLoop()
    leave()
    WorkerPool.shared.finish(self)
  }

  /// Ends the loop.
  @usableFromInline
  func end() {
    restoreOuterLoop()
    guard owner.patience < .max else { return }
    // A last chunk of one task could not have been shared.
    if owner.chunkCount > 1 { owner.endChunk() }
    guard let expected = owner.expectedTime(count: count) else { return }
    Thread.state.pointee.costs.record(owner.key, nanoseconds: expected)
  }

  private func restoreOuterLoop() {
    let thread = Thread.state
    thread.pointee.loop = owner.outer
    thread.pointee.chunkStart = owner.outerStart
    thread.pointee.worker = owner.outerWorker
  }
}
