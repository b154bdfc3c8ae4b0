// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom
import Synchronization

/// The threads that run the parallel loops of this process, shared by all loops.
///
/// See `README.md` here.
@usableFromInline
final class WorkerPool: Sendable {
  static let shared = WorkerPool()

  /// The number of times an idle thread polls the event count before it sleeps.
  private static let spins = 20_000

  private struct State {
    var threads = 0
    var loops: [Loop] = []
    var calls: [Waiting] = []
  }

  /// A call that no thread has taken yet.
  private struct Waiting {
    let call: PoolCall
    let run: @Sendable () -> Void
    let drop: @Sendable () -> Void
  }

  private let state = Mutex(State())
  /// An event count, incremented at every change that idle or waiting threads must notice.
  private let eventCount = Atomic<Int>(0)
  private let sleepers = Atomic<Int>(0)
  private let wakeCondition = WakeCondition()

  /// The nanoseconds that a loop must last on one thread before others are asked to help: threads that are awake come in about
  /// a microsecond, sleeping ones cost the caller a call of the system.
  var patience: Int { sleepers.load(ordering: .relaxed) == 0 ? 8_000 : 20_000 }

  /// Runs `first` while another thread may take the only task of `branch`, which the caller runs otherwise.
  func run(_ branch: Loop, beside first: () -> Bool) {
    enqueue(branch)
    if !first() { branch.stop() }
    branch.participate()
    finish(branch)
  }

  /// Takes a loop off the list and waits until its last worker has left.
  func finish(_ loop: Loop) {
    dequeue(loop)
    loop.close()
    wait(for: loop)
    loop.releaseClosure()
  }

  /// Runs `run` on a pool thread; it may run loops, and up to `width` threads then take part.
  ///
  /// If the call is cancelled before a thread has taken it, `drop` runs instead. Exactly one of the
  /// two runs.
  func submit(
    width: Int, _ call: PoolCall, run: @escaping @Sendable () -> Void,
    drop: @escaping @Sendable () -> Void
  ) {
    if startThreads(upTo: width) == 0 {
      run()
      return
    }
    state.withLock { $0.calls.append(Waiting(call: call, run: run, drop: drop)) }
    signalChange()
    if call.cancellation.isSet { self.drop(call) }
  }

  /// Removes a cancelled call from the queue, if it is still there, and calls its `drop`.
  func drop(_ call: PoolCall) {
    let waiting = state.withLock { state in
      state.calls.firstIndex { $0.call === call }.map { state.calls.remove(at: $0) }
    }
    waiting?.drop()
  }

  /// Tells idle and waiting threads that something has changed.
  func signalChange() {
    eventCount.wrappingAdd(1, ordering: .sequentiallyConsistent)
    if sleepers.load(ordering: .sequentiallyConsistent) > 0 { wakeCondition.notifyAll() }
  }
}

// MARK: - Loops

extension WorkerPool {
  func enqueue(_ loop: Loop) {
    // Loops within others share their root's threads; a branch is one of many.
    let wanted = loop.parent == nil ? min(loop.workers, loop.count) : loop.root.workers
    startThreads(upTo: wanted - 1)
    state.withLock { $0.loops.append(loop) }
    signalChange()
  }

  private func dequeue(_ loop: Loop) {
    state.withLock { state in state.loops.removeAll { $0 === loop } }
  }

  /// Waits for the last worker of a closed loop, meanwhile helping loops within it.
  ///
  /// It helps no other loops: an unrelated task could take longer than the wait. The wait is not
  /// endless, because it is for chunks that other threads are running, and those threads wait only
  /// for loops within their own tasks.
  private func wait(for loop: Loop) {
    while !loop.isEmpty {
      let seen = eventCount.load(ordering: .sequentiallyConsistent)
      if let inner = findLoop(where: { $0.isDescendant(of: loop) }) {
        inner.participate()
        continue
      }
      waitForChange(since: seen) { loop.isEmpty }
    }
  }

  private func findLoop(where isWanted: (Loop) -> Bool) -> Loop? {
    state.withLock { state in state.loops.first { $0.isJoinable && isWanted($0) } }
  }
}

// MARK: - Threads

extension WorkerPool {
  /// Ensures that `count` threads exist and returns how many do; the system may refuse some.
  @discardableResult
  private func startThreads(upTo count: Int) -> Int {
    state.withLock { state in
      while state.threads < min(count, ThreadBudget.maximum) {
        guard Thread.start({ self.runWorker() }) else { break }
        state.threads += 1
      }
      return state.threads
    }
  }

  /// The body of a pool thread: it serves loops first, since they are already running, then calls.
  private func runWorker() {
    while true {
      let seen = eventCount.load(ordering: .sequentiallyConsistent)
      if let loop = findLoop(where: \.canAdmitThread) {
        loop.participateIfRootAllows()
      } else if let call = takeCall() {
        call()
      } else {
        waitForChange(since: seen) { false }
      }
    }
  }

  private func takeCall() -> (@Sendable () -> Void)? {
    state.withLock { $0.calls.isEmpty ? nil : $0.calls.removeFirst().run }
  }

  /// Waits until the eventCount differs from `seen` or `isOver` is true: spins briefly, then sleeps.
  private func waitForChange(since seen: Int, _ isOver: () -> Bool) {
    for _ in 0..<Self.spins {
      if eventCount.load(ordering: .relaxed) != seen || isOver() { return }
    }
    sleepers.wrappingAdd(1, ordering: .sequentiallyConsistent)
    wakeCondition.wait { eventCount.load(ordering: .sequentiallyConsistent) == seen && !isOver() }
    sleepers.wrappingSubtract(1, ordering: .sequentiallyConsistent)
  }
}
