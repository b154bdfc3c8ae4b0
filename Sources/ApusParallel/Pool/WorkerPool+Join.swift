// Part of Apus, Apache-2.0. See LICENSE.

/// Two branches, the second of which another thread may take.
extension WorkerPool {
  /// The number of branches that a thread offers to others at a time.
  ///
  /// They are the oldest, hence the largest: with so many on offer, deeper branches run without being offered at all, and
  /// cost next to nothing.
  private static let offers = 4

  /// Branches are offered to this depth beyond that which gives each worker one; a recursion that goes on in its second branch
  /// would else nest offers without end.
  private static let deepestOffer = 8

  /// Whether a branch that the calling thread begins now should be offered to others.
  @usableFromInline
  static var shouldOfferBranch: Bool { Thread.state.pointee.offeredBranches < offers }

  /// Runs both closures, the second on another thread if one is free.
  @usableFromInline
  static func join<First, Second, Failure: Error>(
    _ first: () throws(Failure) -> First, _ second: () throws(Failure) -> Second
  ) -> Branches<First, Second, Failure> {
    let thread = Thread.state
    if let loop = thread.pointee.currentLoop, loop.branchDepth > 0 {
      return offer(workers: loop.root.workers, thread, first, second)
    }
    // All branches are within a loop of as many tasks as workers, so that each has its share of the threads.
    let options = LoopOptions(workers: nil, chunk: nil, progress: nil)
    let whole = Loop(
      count: options.workers, options: options, cancellation: nil, isCancellable: false,
      branchDepth: 1)
    var result: Branches<First, Second, Failure>?
    thread.withLoop(whole) {
      thread.pointee.chunkStart = 0
      result = offer(workers: options.workers, thread, first, second)
    }
    return result!
  }

  private static func offer<First, Second, Failure: Error>(
    workers: Int, _ thread: UnsafeMutablePointer<ThreadState>, _ first: () throws(Failure) -> First,
    _ second: () throws(Failure) -> Second
  ) -> Branches<First, Second, Failure> {
    let depth = thread.pointee.currentLoop?.branchDepth ?? 0
    guard workers > 1, depth < deepestOffer + workers.bitWidth - workers.leadingZeroBitCount else {
      thread.pointee.offeredBranches += offers
      defer { thread.pointee.offeredBranches -= offers }
      return Branches(first, second)
    }
    let options = LoopOptions(workers: workers, chunk: 1, progress: nil)
    let branch = Loop(
      count: 1, options: options, cancellation: nil, isCancellable: false, branchDepth: depth + 1)
    var branches = Branches<First, Second, Failure>()
    var other: Result<Second, Failure>?
    withoutActuallyEscaping(second) { second in
      branch.setClosure { _, _, _ in other = Result(catching: second) }
      thread.pointee.offeredBranches += 1
      shared.run(branch) {
        let result = Result(catching: first)
        thread.pointee.offeredBranches -= 1
        branches.first = result
        return (try? result.get()) != nil
      }
    }
    branches.second = other
    return branches
  }
}

/// What two branches have returned; the second is nil if it was not wanted, because the first has failed.
@usableFromInline
struct Branches<First, Second, Failure: Error> {
  @usableFromInline var first: Result<First, Failure>?
  @usableFromInline var second: Result<Second, Failure>?

  init() {}

  /// Runs both, one after the other.
  init(_ first: () throws(Failure) -> First, _ second: () throws(Failure) -> Second) {
    let result = Result(catching: first)
    self.first = result
    if case .success = result { self.second = Result(catching: second) }
  }

  /// Both values, or the first branch's error, or the second's.
  @usableFromInline
  func get() throws(Failure) -> (First, Second) {
    let first = try self.first!.get()
    return (first, try second!.get())
  }
}
